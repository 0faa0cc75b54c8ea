import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutManagedFields } from '#operator/cluster/client/managed-fields.ts';
import { listAnswer } from '#operator/cluster/watch/list-answer.ts';
import type { KubeObject } from '#operator/kube.ts';

interface Thing extends KubeObject {
  readonly spec?: unknown;
}

const metadata = { resourceVersion: '7', continue: 'more' };
const bare = (name: string, spec?: unknown) => ({ metadata: { name }, ...(spec !== undefined && { spec }) });
const typed = (name: string, spec?: unknown) => ({ apiVersion: 'v1', kind: 'Thing', ...bare(name, spec) });
const read = (text: string) => listAnswer<Thing>(text, (object) => object);

/** What a list of kinds of the API server's own looks like, and one of a kind that a definition has added. */
const asBuiltIn = (items: unknown) => JSON.stringify({ kind: 'ThingList', apiVersion: 'v1', metadata, items });
const asAdded = (items: unknown) => JSON.stringify({ apiVersion: 'v1', items, kind: 'ThingList', metadata });

for (const [name, list] of Object.entries({ 'built-in': asBuiltIn, added: asAdded })) {
  test(`a list of ${name} kinds is read with the type of each object, the version and where it goes on`, () => {
    const answer = read(list([bare('a', { x: 1 }), bare('b')]));
    assert.deepEqual(answer.items, [typed('a', { x: 1 }), typed('b')]);
    assert.deepEqual(answer.metadata, metadata);
  });

  test(`a list of ${name} kinds may be empty, and be none`, () => {
    for (const items of [[], null]) assert.deepEqual(read(list(items)).items, []);
  });

  test(`an object of ${name} kinds may have in it what looks like the end of one, or of a list`, () => {
    const objects = [
      bare('a', { of: [bare('x'), bare('y')] }),
      bare('b', '"items":[{"metadata":{"name":"z"}},{"metadata":{"name":"z"}}]'),
      bare('c', { items: [bare('x'), bare('y')], text: ']}' }),
    ];
    assert.deepEqual(
      read(list(objects)).items,
      objects.map(({ metadata: { name }, spec }) => typed(name, spec)),
    );
  });
}

test('objects that have their type themselves, and spaces between them, are read as well', () => {
  const items = ['a', 'b', 'c'].map((name) => typed(name));
  assert.deepEqual(read(asAdded(items)).items, items);
  assert.deepEqual(
    read(JSON.stringify({ apiVersion: 'v1', items, kind: 'ThingList', metadata }, null, 2)).items,
    items,
  );
});

test('of each object is kept what is said before the next is read', () => {
  const seen: string[] = [];
  const answer = listAnswer<Thing>(
    asBuiltIn([bare('a', 1), bare('b', 2)]),
    ({ apiVersion, kind, metadata: { name } }) => {
      seen.push(name);
      return { apiVersion, kind, metadata: { name } };
    },
  );
  assert.deepEqual(seen, ['a', 'b']);
  assert.deepEqual(answer.items, [typed('a'), typed('b')]);
});

test('what is no JSON is no list', () => {
  const whole = asBuiltIn([bare('a'), bare('b')]);
  for (const text of ['', 'bad gateway', whole.slice(0, -1), whole.slice(0, -20), whole.replace(']', ',]')])
    assert.throws(() => read(text), SyntaxError, text);
});

test('managedFields are left out before an object is read, whatever is in the names of fields', () => {
  const fieldsV1 = { 'f:metadata': { 'k:{"x":"]}\\""}': { '.': {} }, 'f:[0]': {} }, 'f:spec': {} };
  const managedFields = [{ manager: 'x', fieldsV1 }, { manager: 'y' }];
  const whole = { metadata: { name: 'a', managedFields, uid: 'u' }, spec: { of: [1] } };
  assert.deepEqual(JSON.parse(withoutManagedFields(JSON.stringify(whole))), {
    metadata: { name: 'a', uid: 'u' },
    spec: { of: [1] },
  });
});

test('a text that quotes managedFields is left as it is', () => {
  const data = { a: '{"metadata":{"name":"a","managedFields":[{"manager":"x"}]}}', b: ',"managedFields":[]' };
  const text = JSON.stringify({ metadata: { name: 'a' }, data });
  assert.equal(withoutManagedFields(text), text);
});
