import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomNameIn } from '#local/room.ts';

test('a room without a namespace is in default', () => {
  assert.deepEqual(roomNameIn('kind: LiveRoom\nmetadata: {name: a}'), { name: 'a', namespace: 'default' });
});

test('a room is in the namespace that it names', () => {
  const yaml = 'kind: LiveRoom\nmetadata: {name: a, namespace: events}';
  assert.deepEqual(roomNameIn(yaml), { name: 'a', namespace: 'events' });
});

for (const [what, yaml] of Object.entries({
  'an empty file': '',
  'another kind': 'kind: Pod\nmetadata: {name: a}',
  'a room without a name': 'kind: LiveRoom\nmetadata: {}',
  'text that is no object': 'LiveRoom',
})) {
  test(`${what} is no room`, () => assert.throws(() => roomNameIn(yaml), /no LiveRoom with a metadata\.name/));
}
