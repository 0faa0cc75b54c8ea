import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '#operator/kube.ts';
import { removals } from '#operator/room/removals.ts';

describe('an object that somebody takes away', () => {
  const wanted = (spec = {}, kind = 'ServiceMonitor'): KubeObject & { spec: object } => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind,
    metadata: { name: 'live-sfu', namespace: 'events' },
    spec,
  });
  const live = (uid: string): KubeObject => ({ ...wanted(), metadata: { ...wanted().metadata, uid } });
  const names = (objects: readonly KubeObject[]) => objects.map(({ kind }) => kind);

  /** After it was there, and then was not, and that was noted. */
  function declined() {
    const memory = removals();
    memory.missing([wanted()], [live('a')]);
    for (const object of memory.missing([wanted()], [])) memory.decline(object);
    return memory;
  }

  test('is missed once, and stays away', () => {
    const memory = removals();
    assert.deepEqual(memory.missing([wanted()], []), []);
    assert.deepEqual(memory.missing([wanted()], [live('a')]), []);
    assert.deepEqual(names(memory.missing([wanted()], [])), ['ServiceMonitor']);
    assert.deepEqual(memory.missing([wanted()], []), []);
    assert.ok(declined().isDeclined(wanted()));
  });

  test('is made again when it is wanted in another shape', () => {
    assert.ok(!declined().isDeclined(wanted({ interval: '5s' })));
  });

  test('is made again when it was not wanted in between', () => {
    const memory = declined();
    memory.missing([], []);
    memory.missing([wanted()], []);
    assert.ok(!memory.isDeclined(wanted()));
  });

  test('is as before when somebody puts it back', () => {
    const memory = declined();
    memory.missing([wanted()], [live('b')]);
    assert.ok(!memory.isDeclined(wanted()));
    assert.deepEqual(names(memory.missing([wanted()], [])), ['ServiceMonitor']);
  });

  test('is not one that we deleted, though we still see it for a while', () => {
    const memory = removals();
    memory.missing([], [live('a')]);
    memory.remove(live('a'));
    memory.missing([wanted()], [live('a')]);
    assert.deepEqual(memory.missing([wanted()], []), []);
    memory.missing([wanted()], [live('b')]);
    assert.deepEqual(names(memory.missing([wanted()], [])), ['ServiceMonitor']);
  });

  test('is not that of an owner who has gone, when another of the same name has come', () => {
    const of = (object: KubeObject, uid: string): KubeObject => {
      const owner = { apiVersion: 'liveroom.dev/v1alpha1', kind: 'LiveRoom', name: 'keynote', uid, controller: true };
      return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
    };
    const memory = removals();
    memory.missing([of(wanted(), 'old')], [of(live('a'), 'old')]);
    assert.deepEqual(memory.missing([of(wanted(), 'new')], []), []);
    memory.missing([of(wanted(), 'new')], [of(live('b'), 'new')]);
    assert.deepEqual(names(memory.missing([of(wanted(), 'new')], [])), ['ServiceMonitor']);
  });

  test('leaves one of another kind alone', () => {
    const rule = wanted({}, 'PrometheusRule');
    const memory = declined();
    memory.missing([wanted(), rule], [{ ...rule, metadata: { ...rule.metadata, uid: 'r' } }]);
    assert.ok(!memory.isDeclined(rule));
    assert.ok(memory.isDeclined(wanted()));
  });
});
