import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyPacket, type MediaPacket } from '#server/media/rtp/packet-cache.ts';
import { primaryOf, readBlocks, redundancy, writeBlockType } from '#server/media/rtp/red.ts';
import { redPayload } from './red-packets.ts';

const by = redundancy([
  { name: 'audio/opus', payloadType: 111, clockRate: 48_000 },
  { name: 'audio/red', payloadType: 63, blockType: 111, clockRate: 48_000 },
]);

const packet = (payload: Buffer, more: Partial<MediaPacket> = {}): MediaPacket => ({
  ...emptyPacket(),
  payloadType: 63,
  payload,
  ...more,
});

/** The primary block as text; undefined of what cannot be read. */
function primary(of: MediaPacket): string | undefined {
  assert.ok(by !== undefined);
  return readBlocks(of, by) ? primaryOf(of, by).payload.toString() : undefined;
}

test('the last block is the primary one, whatever stands before it', () => {
  assert.equal(primary(packet(redPayload(111, [], 'now'))), 'now');
  assert.equal(primary(packet(redPayload(111, ['before'], 'now'))), 'now');
  assert.equal(primary(packet(redPayload(111, ['', 'x'.repeat(1023), 'b'], 'n'))), 'n');
  assert.equal(primary(packet(redPayload(111, Array(15).fill('a'), 'now'))), 'now');
});

test('padding stays behind the primary block, which it is no part of', () => {
  const padded = (payload: Buffer) => packet(Buffer.concat([payload, Buffer.of(0, 0, 3)]), { hasPadding: true });
  const whole = padded(redPayload(111, ['before'], 'now'));
  assert.equal(primary(whole), 'now\0\0\x03');
  assert.equal(primary(padded(redPayload(111, ['before'], ''))), undefined);
  assert.equal(primary(packet(Buffer.of(111, 200), { hasPadding: true })), undefined, 'more padding than there is');
});

test('a packet of nothing but padding is one without blocks', () => {
  for (const padding of [Buffer.of(1), Buffer.of(0, 0, 3)]) {
    const probe = packet(padding, { hasPadding: true, blocks: 2, primaryAt: 5 });
    assert.equal(primary(probe), padding.toString());
    assert.equal(probe.blocks, 0);
  }
});

test('the primary packet is the same but for its payload and type', () => {
  assert.ok(by !== undefined);
  const elements = Buffer.of(0, 1, 0x8a);
  const more = { index: 70_000, timestamp: 5, marker: true };
  const whole = packet(redPayload(111, ['before'], 'now'), { ...more, elements });
  assert.ok(readBlocks(whole, by));
  const { payload, ...alone } = primaryOf(whole, by);
  const { payload: _, ...expected } = { ...emptyPacket(), ...more, payloadType: 111, elements };
  assert.deepEqual(alone, expected);
  assert.equal(primaryOf(whole, by).payload, payload, 'nothing is made anew');
});

test('what is cut short, has no primary block, too many or others than agreed on, cannot be used', () => {
  const good = redPayload(111, ['before', 'last'], 'now');
  // Up to where the primary block begins, and not a byte beyond.
  for (let length = 0; length <= good.length - 3; length++)
    assert.equal(primary(packet(good.subarray(0, length))), undefined, `${length} bytes`);
  assert.equal(primary(packet(redPayload(111, Array(16).fill('a'), 'now'))), undefined);
  assert.equal(primary(packet(redPayload(110, ['a'], 'now'))), undefined);
});

test('packets of another type are none of these, and those of a publisher without redundancy', () => {
  const opus = packet(Buffer.of(1), { payloadType: 111, blocks: 3 });
  assert.ok(readBlocks(opus, by));
  assert.equal(opus.blocks, 0);
  const other = packet(Buffer.of(1), { blocks: 3 });
  assert.ok(readBlocks(other, undefined));
  assert.equal(other.blocks, 0);
});

test('all blocks get the type of a viewer, and nothing else changes', () => {
  const whole = packet(redPayload(111, ['before', 'last'], 'now'));
  assert.ok(readBlocks(whole, by));
  for (const type of [96, 0, 111]) {
    writeBlockType(whole, type);
    assert.deepEqual(whole.payload, redPayload(type, ['before', 'last'], 'now'));
  }
});
