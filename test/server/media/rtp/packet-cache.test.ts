import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cachedPackets,
  emptyPacket,
  keep,
  maxPayload,
  packetCache,
  recall,
  retransmission,
} from '#server/media/rtp/packet-cache.ts';

const packet = (index: number, text = `packet ${index}`) => ({
  ...emptyPacket(),
  index,
  timestamp: (index * 3000) >>> 0,
  payloadType: index % 128,
  marker: index % 2 === 1,
  hasPadding: index % 3 === 0,
  payload: Buffer.from(text),
});

test('a packet comes back as it went in', () => {
  const cache = packetCache(512);
  const back = emptyPacket();
  for (const index of [65536, 65539, 65537]) keep(cache, packet(index));
  for (const index of [65536, 65539, 65537]) {
    assert.equal(recall(cache, index, back), true);
    assert.deepEqual({ ...back }, packet(index));
  }
  assert.equal(recall(cache, 65538, back), false);
});

test('the last 512 packets are there, those before are not', () => {
  const cache = packetCache(512);
  const back = emptyPacket();
  for (let index = 0; index < 2000; index++) keep(cache, packet(index));
  assert.equal(recall(cache, 1999, back), true);
  assert.equal(recall(cache, 2000 - 512, back), true);
  assert.equal(back.payload.toString(), `packet ${2000 - 512}`);
  assert.equal(recall(cache, 2000 - 513, back), false);
});

test('an index gets in once, whatever comes under it the second time', () => {
  const cache = packetCache(512);
  assert.equal(keep(cache, packet(600, 'first')), true);
  assert.equal(keep(cache, packet(600, 'second')), false);
  const back = emptyPacket();
  recall(cache, 600, back);
  assert.equal(back.payload.toString(), 'first');
});

test('an index that the cache has passed does not get in again', () => {
  const cache = packetCache(512);
  keep(cache, packet(600));
  keep(cache, packet(600 + 512));
  assert.equal(keep(cache, packet(600)), false);
  assert.equal(keep(cache, packet(601)), true);
});

test('audio keeps fewer packets than video, and another thread knows how many', () => {
  for (const slots of Object.values(cachedPackets)) {
    const cache = packetCache(slots);
    for (let index = 0; index <= slots; index++) keep(cache, packet(index));
    for (const each of [cache, packetCache(cache.shared)]) {
      assert.equal(each.slots, slots);
      assert.equal(recall(each, 0, emptyPacket()), false);
      assert.equal(recall(each, 1, emptyPacket()), true);
    }
  }
});

test('a payload longer than any Ethernet frame is not kept', () => {
  const cache = packetCache(512);
  assert.equal(keep(cache, { ...packet(1), payload: Buffer.alloc(maxPayload) }), true);
  assert.equal(keep(cache, { ...packet(2), payload: Buffer.alloc(maxPayload + 1) }), false);
});

test('another thread reads what is kept, and sees when a packet is overwritten', () => {
  const cache = packetCache(512);
  const mirror = packetCache(cache.shared);
  const back = emptyPacket();
  keep(cache, packet(700, 'before'));
  assert.equal(recall(mirror, 700, back), true);
  assert.equal(back.payload.toString(), 'before');
  keep(cache, packet(700 + 512, 'after'));
  assert.equal(back.payload.toString(), 'before', 'what was recalled is a copy');
  assert.equal(recall(mirror, 700, back), false);
});

test('a packet that is overwritten while it is copied does not come back', () => {
  const cache = packetCache(512);
  const mirror = packetCache(cache.shared);
  keep(cache, packet(700));
  const slot = 700 % 512;
  const whileCopied = (then: () => void) => {
    const copy = (...args: Parameters<Buffer['copy']>) => {
      then();
      return mirror.block.copy(...args);
    };
    const block = { copy } as Buffer;
    return recall({ ...mirror, block }, 700, emptyPacket());
  };
  assert.equal(
    whileCopied(() => undefined),
    true,
  );
  assert.equal(
    whileCopied(() => keep(cache, packet(700 + 512))),
    false,
  );
  Atomics.add(cache.versions, slot, 1);
  assert.equal(recall(mirror, 700 + 512, emptyPacket()), false, 'half written');
});

test('the payload of a retransmission is the number and the original, in the same memory each time', () => {
  const cache = packetCache(4);
  const one = retransmission(cache, 0x1234, Buffer.from('abc'));
  assert.equal(one.toString('hex'), '1234616263');
  assert.equal(retransmission(cache, 1, Buffer.from('xyz')), one);
  assert.equal(retransmission(cache, 1, Buffer.alloc(1500)).length, 1502);
});
