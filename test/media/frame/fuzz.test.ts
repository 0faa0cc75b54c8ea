import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyReader } from '#server/media/frame/dependency-descriptor.ts';
import type { Frame } from '#server/media/frame/frame.ts';
import { frameReader } from '#server/media/frame/frame-reader.ts';
import { freshSeed, randomBytes, seeded } from '../seeded.ts';
import { corpus } from './corpus.ts';
import { descriptorCorpus } from './descriptor-corpus.ts';

const rounds = 30_000;

/** A payload of the corpus with bits flipped, bytes set, cut, or something behind; sometimes bytes of no meaning. */
function garbled(random: () => number, whole: readonly Buffer[]): Buffer {
  const upTo = (below: number) => Math.floor(random() * below);
  if (random() < 0.1) return randomBytes(random, upTo(60));
  const bytes = Buffer.from(whole[upTo(whole.length)] ?? []);
  for (let changes = upTo(4); changes > 0 && bytes.length > 0; changes--) {
    const at = upTo(bytes.length);
    bytes[at] = random() < 0.5 ? (bytes[at] ?? 0) ^ (1 << upTo(8)) : (([0, 0xff, 0x80, 1] as const)[upTo(4)] ?? 0);
  }
  if (random() < 0.3) return bytes.subarray(0, upTo(bytes.length + 1));
  return random() < 0.2 ? Buffer.concat([bytes, randomBytes(random, upTo(8))]) : bytes;
}

/** The same bytes in the middle of others, so that whoever reads too far reads something else. */
const amid = (payload: Buffer, others: number): Buffer =>
  Buffer.concat([Buffer.alloc(40, others), payload, Buffer.alloc(40, others)]).subarray(40, 40 + payload.length);

function check({ width, height, temporalId, spatialId }: Frame, said: string): void {
  assert.ok(Number.isInteger(width) && width >= 0 && width <= 65_536, said);
  assert.ok(Number.isInteger(height) && height >= 0 && height <= 65_536, said);
  assert.ok(temporalId >= -1 && temporalId < 8 && spatialId >= -1 && spatialId < 8, said);
}

for (const [codec, whole] of Object.entries(corpus))
  test(`${codec}: of ${rounds} garbled payloads none does harm, and nothing beside them is read`, (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const random = seeded(seed);
    const [reader, other] = [frameReader(codec), frameReader(codec)];
    assert.ok(reader && other);
    let read = 0;
    for (let i = 0; i < rounds; i++) {
      const payload = garbled(random, whole);
      const said = `SEED=${seed}, round ${i}, ${payload.toString('hex')}`;
      const marker = random() < 0.5;
      const frame: Frame | undefined = reader(amid(payload, 0), marker);
      assert.deepEqual(other(amid(payload, 0xff), marker), frame, said);
      if (frame === undefined) continue;
      read += 1;
      check(frame, said);
      if ('headerLength' in frame && typeof frame.headerLength === 'number')
        assert.ok(frame.headerLength > 0 && frame.headerLength < payload.length, said);
    }
    assert.ok(read > rounds / 4, `only ${read} were read`);
  });

test(`of ${rounds} garbled dependency descriptors none does harm, and nothing beside them is read`, (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const [reader, other] = [dependencyReader(), dependencyReader()];
  let read = 0;
  for (let i = 0; i < rounds; i++) {
    const bytes = garbled(random, descriptorCorpus);
    const said = `SEED=${seed}, round ${i}, ${bytes.toString('hex')}`;
    const [zeros, ones] = [Buffer.alloc(40), Buffer.alloc(40, 0xff)];
    const found = reader.read(Buffer.concat([zeros, bytes, zeros]), 40, 40 + bytes.length);
    const same = other.read(Buffer.concat([ones, bytes, ones]), 40, 40 + bytes.length);
    assert.deepEqual(same, found, said);
    assert.deepEqual(other.structure, reader.structure, said);
    if (found === undefined) continue;
    read += 1;
    assert.ok(found.spatialId >= -1 && found.spatialId < 4 && found.temporalId >= -1 && found.temporalId < 8, said);
    assert.ok(found.activeTargets >= -1 && found.activeTargets < 2 ** 32, said);
  }
  assert.ok(read > rounds / 4, `only ${read} were read`);
});

for (const [codec, whole] of Object.entries(corpus))
  test(`${codec}: whatever comes, the answer is the same object`, () => {
    const reader = frameReader(codec);
    const answers = new Set(whole.map((payload) => reader?.(payload, false)).filter((frame) => frame !== undefined));
    assert.equal(answers.size, 1);
  });
