import assert from 'node:assert/strict';
import { test } from 'node:test';
import { continuity } from './continuity.ts';

function packet(ssrc: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes[0] = 0x80;
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

function seen(...packets: readonly Buffer[]) {
  const count = continuity();
  for (const each of packets) count.take(each);
  return { packets: count.packets(), lost: count.lost() };
}

test('nothing is lost while numbers follow each other, also beyond the last of them', () => {
  assert.deepEqual(seen(packet(1, 65_534), packet(1, 65_535), packet(1, 0), packet(1, 1)), { packets: 4, lost: 0 });
});

test('a gap is what was lost, in each stream for itself', () => {
  const packets = [packet(1, 65_534), packet(7, 100), packet(1, 1), packet(7, 102)];
  assert.deepEqual(seen(...packets), { packets: 4, lost: 3 });
});

test('a packet that overtakes another is no loss', () => {
  assert.deepEqual(seen(packet(1, 9), packet(1, 11), packet(1, 10), packet(1, 12)), { packets: 4, lost: 0 });
});
