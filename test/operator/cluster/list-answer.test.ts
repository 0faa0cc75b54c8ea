import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAnswer } from '#operator/cluster/watch/list-answer.ts';
import type { KubeObject } from '#operator/kube.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

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
  const keep = ({ apiVersion, kind, metadata: { name } }: Thing) => {
    seen.push(name);
    return { apiVersion, kind, metadata: { name } };
  };
  const whole = asBuiltIn([bare('a', 1), bare('b', 2)]);
  assert.deepEqual(listAnswer<Thing>(whole, keep).items, [typed('a'), typed('b')]);
  assert.deepEqual(seen.splice(0), ['a', 'b']);
  // Whoever reads all of it at once finds that the second is no JSON, and never has the first.
  assert.throws(() => listAnswer<Thing>(whole.replace('"spec":2', ''), keep), SyntaxError);
  assert.deepEqual(seen, ['a']);
});

test('what is no JSON is no list', () => {
  const whole = asBuiltIn([bare('a'), bare('b')]);
  for (const text of ['', 'bad gateway', whole.slice(0, -1), whole.slice(0, -20), whole.replace(']', ',]')])
    assert.throws(() => read(text), SyntaxError, text);
});

test('a list that is cut off is no JSON, wherever that is', () => {
  const objects = [bare('a', { of: [1] }), bare('b', { of: ']}' })];
  for (const whole of [asBuiltIn(objects), asAdded(objects)])
    for (let length = 0; length < whole.length; length++)
      assert.throws(() => read(whole.slice(0, length)), SyntaxError, whole.slice(0, length));
});

test('no object has managedFields by the time that it is kept', () => {
  const managed = { metadata: { name: 'a', managedFields: [{ manager: 'x', fieldsV1: { 'f:spec': {} } }], uid: 'u' } };
  for (const list of [asBuiltIn, asAdded])
    assert.deepEqual(read(list([managed, managed])).items, [
      { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', uid: 'u' } },
      { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', uid: 'u' } },
    ]);
});

/** Parts of lists where they are cut, and of what is left out of them. */
const awkward = [
  'a',
  '"items":[',
  '{"metadata":{"name":"z"}},{"metadata":{',
  ']',
  ']}',
  '}',
  '\\"',
  ',"managedFields":[',
];

const drawn =
  (random: () => number) =>
  (depth: number): unknown => {
    const below = (end: number) => Math.floor(random() * end);
    const text = () => awkward[below(awkward.length)] ?? '';
    const several = <T>(make: () => T) => Array.from({ length: below(4) }, make);
    if (depth === 0) return random() < 0.5 ? below(10) : text();
    const part = () => drawn(random)(depth - 1);
    const name = () => (random() < 0.3 ? ['items', 'metadata', 'kind'][below(3)] : text()) ?? '';
    return random() < 0.3 ? several(part) : Object.fromEntries(several(() => [name(), part()]));
  };

test('whatever is in the objects of a list, it is read as JSON is', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const draw = drawn(random);
  for (let i = 0; i < 2_000; i++) {
    const object = () => ({ metadata: { name: 'a', labels: draw(1) }, spec: draw(3) });
    const items = Array.from({ length: Math.floor(random() * 4) }, object);
    const text = (random() < 0.5 ? asBuiltIn : asAdded)(items);
    const spaced = random() < 0.2 ? JSON.stringify(JSON.parse(text), null, 1) : text;
    assert.deepEqual(
      read(spaced).items,
      items.map((item) => ({ apiVersion: 'v1', kind: 'Thing', ...item })),
    );
  }
});
