import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, plan } from '#operator/decide/plan.ts';
import type { KubeObject } from '#operator/kube.ts';

const service = (spec: object) =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'keynote', namespace: 'events' }, spec }) as KubeObject;
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'keynote', namespace: 'events' } };

/** The object as the API server has it once it was applied: stamped, and with defaults. */
function applied(object: KubeObject, more: object = {}): KubeObject {
  const [step] = plan([object], []);
  assert.equal(step?.action, 'apply');
  const { spec } = step.object as KubeObject & { spec?: object };
  return { ...step.object, spec: { ...spec, ...more } } as KubeObject;
}

test('what does not exist is applied as new', () => {
  const steps = plan([service({ port: 80 })], []);
  assert.deepEqual(
    steps.map(({ action, object, ...rest }) => ({ action, kind: object.kind, ...rest })),
    [{ action: 'apply', kind: 'Service', isNew: true }],
  );
});

test('what is as it was applied is left alone, whatever defaults the API server added', () => {
  const seen = applied(service({ port: 80 }), { clusterIP: '10.96.0.7', type: 'ClusterIP' });
  assert.deepEqual(plan([service({ port: 80 })], [seen]), []);
});

test('a field that is no longer wanted is applied away', () => {
  const seen = applied(service({ port: 80, extra: true }));
  const [step] = plan([service({ port: 80 })], [seen]);
  assert.equal(step?.action, 'apply');
  assert.equal(step.isNew, false);
});

test('what somebody else changed is applied again', () => {
  const seen = applied(service({ port: 80 }), { port: 81 });
  assert.equal(plan([service({ port: 80 })], [seen]).length, 1);
});

test('what is owned and not wanted is deleted', () => {
  assert.deepEqual(plan([], [configMap]), [{ action: 'delete', object: configMap }]);
});

test('objects of two kinds with one name are two objects', () => {
  const wanted = [service({ port: 80 }), configMap];
  const seen = wanted.map((object) => applied(object));
  assert.deepEqual(plan(wanted, seen), []);
});

const table: readonly [string, unknown, unknown, boolean][] = [
  ['a part of a map', { a: 1, b: 2 }, { a: 1 }, true],
  ['a map with another value', { a: 1 }, { a: 2 }, false],
  ['a map that lacks the key', {}, { a: undefined }, true],
  ['a shorter list', [1, 2], [1], false],
  ['a list of parts', [{ a: 1, b: 2 }], [{ a: 1 }], true],
  ['a list where there is none', undefined, [], false],
  ['a map where there is none', null, {}, false],
];
for (const [name, whole, part, is] of table)
  test(`${name} is ${is ? '' : 'not '}contained`, () => assert.equal(contains(whole, part), is));
