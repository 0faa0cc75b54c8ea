import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyEntry, journal } from '#server/media/egress/journal.ts';
import { mailbox, noLetter } from '#server/media/egress/mailbox.ts';
import { recordsAt, ring } from '#server/media/egress/ring.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';

test('a ring gives back what was put, in order, and takes no more than it has room for', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const writer = ring(8, 4);
  const reader = ring(8, 4, writer.shared);
  const records = new Int32Array(writer.shared, recordsAt);
  const inside: number[] = [];
  for (let i = 0; i < 5000; i++) {
    if (random() < 0.5) {
      const slot = writer.free();
      assert.equal(slot < 0, inside.length === 8, `SEED=${seed}`);
      if (slot < 0) continue;
      records[slot] = i;
      writer.push();
      inside.push(i);
    } else {
      const slot = reader.first();
      assert.equal(slot < 0 ? undefined : records[slot], inside.shift(), `SEED=${seed}`);
      if (slot >= 0) reader.shift();
    }
  }
});

test('a journal tells of packets as they were written, and of no more than fit', () => {
  const writer = journal();
  const reader = journal(writer.shared);
  const entry = emptyEntry();
  assert.equal(reader.waits() || reader.read(entry), false);
  assert.equal(writer.write(7, 2 ** 40 + 1, true, 1234.5), true);
  assert.equal(reader.waits() && reader.read(entry), true);
  assert.deepEqual(entry, { source: 7, index: 2 ** 40 + 1, startsKeyFrame: true, atMs: 1234.5 });
  let written = 0;
  while (writer.write(7, written, false, 0)) written += 1;
  assert.equal(written, 2048);
  assert.equal(reader.read(entry), true);
  assert.equal(writer.write(7, written, false, 0), true);
});

test('a mailbox hands datagrams over whole, and refuses those that are too long or too many', () => {
  const writer = mailbox();
  const reader = mailbox(writer.shared);
  const letter = noLetter();
  const datagrams = [1, 1500, 28].map((length) => randomBytes(seeded(length), length));
  for (const [viewer, datagram] of datagrams.entries()) assert.equal(writer.post(viewer, datagram), true);
  assert.equal(writer.post(3, Buffer.alloc(1501)), false);
  for (const [viewer, datagram] of datagrams.entries()) {
    assert.equal(reader.read(letter), true);
    assert.deepEqual({ ...letter }, { viewer, datagram });
  }
  assert.equal(reader.read(letter), false);
  let posted = 0;
  while (writer.post(posted, Buffer.alloc(1))) posted += 1;
  assert.equal(posted, 512);
});
