import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freshSeed } from '#test/harness/seeded.ts';
import { type Fate, type Impairment, link } from './impairment.ts';

/** The fates of so many datagrams of 1000 bytes, one a millisecond. */
function fates(impairment: Impairment, seed: number, count: number, everyMs = 1): readonly Fate[] {
  const { pass } = link(impairment, seed);
  return Array.from({ length: count }, (_, i) => ({ ...pass(1000, i * everyMs) }));
}

const lost = (of: readonly Fate[]): readonly number[] => of.flatMap(({ lost }, i) => (lost === undefined ? [] : [i]));

/** How much later than it came each arrives that does; the numbers of the others are left out. */
const lateness = (of: readonly Fate[]): readonly number[] =>
  of.flatMap(({ lost, arrivesMs }, i) => (lost === undefined ? [arrivesMs - i] : []));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of five standard deviations: beyond them falls one run in two million. */
const isNear = (what: string, seen: number, wanted: number, deviation: number) =>
  assert.ok(Math.abs(seen - wanted) < 5 * deviation, `${what}: ${seen}, not about ${wanted}`);

describe('who is lost', () => {
  const seed = freshSeed();
  test(`is told by the seed (${seed})`, () => {
    const wanted = lost(fates({ loss: 0.1 }, seed, 500));
    assert.deepEqual(lost(fates({ loss: 0.1 }, seed, 500)), wanted);
    assert.notDeepEqual(lost(fates({ loss: 0.1 }, seed + 1, 500)), wanted);
  });

  test(`hangs neither on the clock nor on what else happens (${seed})`, () => {
    const wanted = lost(fates({ loss: 0.1 }, seed, 500));
    const more = { jitterMs: 40, delayMs: 20, duplicate: 0.3, reorder: { part: 0.2, byMs: 9 }, keepsOrder: true };
    assert.deepEqual(lost(fates({ loss: 0.1, ...more }, seed, 500, 17)), wanted);
    const { pass, impair } = link({ loss: 1 }, seed);
    for (let i = 0; i < 200; i++) pass(i, i);
    impair({ loss: 0.1 });
    const later = Array.from({ length: 300 }, (_, i) => ({ ...pass(i, i) }));
    assert.deepEqual(
      lost(later).map((i) => i + 200),
      wanted.filter((i) => i >= 200),
    );
  });

  test(`is the part that was asked for (${seed})`, () => {
    const count = 20_000;
    isNear('part lost', lost(fates({ loss: 0.05 }, seed, count)).length / count, 0.05, Math.sqrt(0.05 * 0.95) / 141);
    assert.equal(lost(fates({ loss: 1 }, seed, 100)).length, 100);
    assert.equal(lost(fates({}, seed, 100)).length, 0);
  });

  test(`comes in bursts of the length that was asked for (${seed})`, () => {
    const count = 100_000;
    const all = new Set(lost(fates({ bursts: { loss: 0.05, meanLength: 4 } }, seed, count)));
    // In Gilbert's model neighbours are alike, so the part scatters 2.6 times as far as with losses one by one.
    isNear('part lost', all.size / count, 0.05, (2.6 * Math.sqrt(0.05 * 0.95)) / Math.sqrt(count));
    const bursts = [...all].filter((i) => !all.has(i - 1)).length;
    // Lengths are geometric: their deviation is the root of 4 · 3.
    isNear('mean length', all.size / bursts, 4, Math.sqrt(12) / Math.sqrt(bursts));
  });
});

describe('who arrives', () => {
  const seed = freshSeed();
  test('does so at once if nothing is asked for, and once', () => {
    const all = fates({}, 1, 10);
    assert.deepEqual(lateness(all), Array(10).fill(0));
    assert.ok(all.every(({ againMs }) => Number.isNaN(againMs)));
  });

  test(`takes the delay, more or less by the jitter, and may overtake (${seed})`, () => {
    const all = fates({ delayMs: 50, jitterMs: 30 }, seed, 2000);
    const late = lateness(all);
    assert.ok(Math.min(...late) >= 20 && Math.max(...late) <= 80);
    assert.ok(Math.min(...late) < 22 && Math.max(...late) > 78, 'the whole width is used');
    isNear('mean', mean(late), 50, 60 / Math.sqrt(12) / Math.sqrt(2000));
    assert.ok(all.some(({ arrivesMs }, i) => arrivesMs < (all[i - 1]?.arrivesMs ?? 0)));
  });

  test(`never arrives before it was sent (${seed})`, () => {
    const late = lateness(fates({ jitterMs: 30 }, seed, 1000));
    assert.ok(Math.min(...late) === 0 && Math.max(...late) > 25);
  });

  test(`waits for those before where order is kept (${seed})`, () => {
    const all = fates({ jitterMs: 30, keepsOrder: true }, seed, 1000);
    assert.ok(all.every(({ arrivesMs }, i) => arrivesMs >= (all[i - 1]?.arrivesMs ?? 0)));
    assert.ok(Math.max(...lateness(all)) <= 30);
  });

  test(`is held back in part, and then overtaken also where order is kept otherwise (${seed})`, () => {
    const all = fates({ reorder: { part: 0.1, byMs: 7 }, keepsOrder: true }, seed, 5000);
    const late = lateness(all);
    assert.deepEqual([...new Set(late)].toSorted(), [0, 7]);
    isNear('part', late.filter((ms) => ms === 7).length / 5000, 0.1, Math.sqrt(0.09 / 5000));
  });

  test(`arrives twice in part, the copy by a time of its own (${seed})`, () => {
    const all = fates({ duplicate: 0.2, jitterMs: 20 }, seed, 5000);
    const copies = all.filter(({ againMs }) => !Number.isNaN(againMs));
    isNear('part', copies.length / 5000, 0.2, Math.sqrt(0.16 / 5000));
    assert.ok(copies.some(({ arrivesMs, againMs }) => againMs < arrivesMs - 5));
    assert.ok(copies.some(({ arrivesMs, againMs }) => againMs > arrivesMs + 5));
  });
});

describe('a link of a rate', () => {
  // With 28 bytes of headers 10,000 bits: ten milliseconds each.
  const bytes = 1222;
  const rate = { bitsPerSecond: 1_000_000, queueMs: 25 };

  test('lets one after the other through, and drops who finds its queue full', () => {
    const { pass } = link({ rate, delayMs: 5 }, 1);
    const all = Array.from({ length: 5 }, () => ({ ...pass(bytes, 0) }));
    assert.deepEqual(
      all.map(({ lost, arrivesMs }) => lost ?? arrivesMs),
      [15, 25, 35, 'QueueFull', 'QueueFull'],
    );
    assert.equal(pass(bytes, 6).arrivesMs, 45, 'there is place again');
    assert.equal(pass(bytes, 100).arrivesMs, 115, 'it has been free for long');
  });

  test('is busy with what is lost behind it, and not with what it drops', () => {
    const { pass, impair } = link({ rate, loss: 1 }, 1);
    assert.equal(pass(bytes, 0).lost, 'Loss');
    impair({ rate });
    assert.equal(pass(bytes, 0).arrivesMs, 20);
    impair({ rate: { ...rate, queueMs: 0 } });
    assert.equal(pass(bytes, 0).lost, 'QueueFull');
    assert.equal(pass(bytes, 20).arrivesMs, 30);
  });
});

test('a part that is none is refused, in words that name it', () => {
  for (const [impairment, words] of [
    [{ loss: 5 }, /^loss is a part from 0 to 1, not 5$/],
    [{ duplicate: -0.1 }, /^duplicate is a part/],
    [{ reorder: { part: Number.NaN, byMs: 1 } }, /^reorder is a part/],
    [{ bursts: { loss: 2, meanLength: 2 } }, /^bursts is a part/],
    [{ bursts: { loss: 0.1, meanLength: 0.5 } }, /^no bursts of 0\.5 make up 0\.1 of all$/],
    [{ bursts: { loss: 0.9, meanLength: 2 } }, /^no bursts of 2/],
  ] as const)
    assert.throws(() => link(impairment, 1), { name: 'RangeError', message: words });
  const { impair } = link({}, 1);
  assert.throws(() => impair({ loss: 2 }), RangeError);
});
