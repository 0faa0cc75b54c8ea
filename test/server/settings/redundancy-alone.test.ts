import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRooms } from '#server/settings/rooms-file.ts';

test('a rooms file that names RED without Opus, of which it would be made, is refused; from an operator it is passed over', () => {
  const text = 'rooms: [{name: a}, {name: b, publish: {codecs: [H264, RED]}}]';
  const message = 'rooms[1].publish.codecs: RED is Opus with redundancy; name Opus, too';
  assert.throws(() => readRooms(text), { name: 'RoomsFileError', message });
  assert.deepEqual(readRooms(text, { isOperated: true }).file.rooms[1]?.publish.codecs, ['H264', 'RED']);
});
