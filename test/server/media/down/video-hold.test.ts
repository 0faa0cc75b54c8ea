import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideHold, type HoldInput, videoHold } from '#server/media/down/video-hold.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const thin: Partial<HoldInput> = { estimateBps: 300_000, deliveredBps: 350_000, isCongested: true };
const wide: Partial<HoldInput> = { estimateBps: 2e6, deliveredBps: 1.1e6, isCongested: false };

/** A viewer of one megabit of video, asked about every 100 ms. */
function watched(initially: Partial<HoldInput> = {}) {
  const input: HoldInput = {
    nowMs: 0,
    estimateBps: 2e6,
    otherBps: 64_000,
    takesBps: 1e6,
    deliveredBps: 1.1e6,
    lossRatio: 0,
    isCongested: false,
    canProbe: true,
    ...initially,
  };
  const hold = videoHold(0);
  /** Lets time pass; returns for how long of it the video was held. */
  const pass = (ms: number, changes: Partial<HoldInput> = {}): number => {
    Object.assign(input, changes);
    let heldMs = 0;
    for (const end = input.nowMs + ms; input.nowMs < end; input.nowMs += 100) {
      decideHold(hold, input);
      if (hold.isHeld) heldMs += 100;
    }
    return heldMs;
  };
  return { hold, input, pass };
}

test('it is held when the link has carried too little for three seconds', () => {
  const { pass } = watched();
  assert.equal(pass(5000), 0);
  assert.equal(pass(3000, thin), 0);
  assert.equal(pass(100), 100);
});

test('it is not while most of it arrives, or neither queue nor loss shows, or nothing of it is sent', () => {
  for (const change of [{ deliveredBps: 1e6 }, { isCongested: false }, { takesBps: 0 }, { estimateBps: 900_000 }])
    assert.equal(watched({ ...thin, ...change }).pass(60_000), 0, JSON.stringify(change));
  assert.ok(watched({ ...thin, isCongested: false, lossRatio: 0.2 }).pass(60_000) > 0, 'heavy loss shows it');
  const untold = { ...thin, deliveredBps: -1 };
  assert.equal(watched(untold).pass(60_000), 0, 'the estimate of who tells no more does not');
  for (const isCongested of [false, true])
    assert.equal(watched({ ...untold, isCongested, lossRatio: 0.19 }).pass(60_000), 0, 'nor do losses of radio');
  assert.ok(watched({ ...untold, lossRatio: 0.25 }).pass(60_000) > 0, 'what is lost of it does');
});

test('a moment that was better begins the three seconds anew', () => {
  const { pass } = watched();
  for (let i = 0; i < 5; i++) {
    assert.equal(pass(2800, thin), 0);
    pass(100, wide);
  }
});

test('two looks of a thread that was late are not three seconds', () => {
  const { hold, input } = watched(thin);
  for (let i = 0; i < 5; i++) {
    decideHold(hold, input);
    input.nowMs += 3500;
  }
  assert.equal(hold.isHeld, false);
});

test('after two seconds of calm a probe goes up to its rate step by step, and what is proven is sent again', () => {
  const { hold, pass } = watched(thin);
  pass(4000);
  assert.equal(pass(1900, { ...wide, estimateBps: 300_000 }), 1900);
  assert.equal(hold.probeBps, 0);
  pass(200);
  assert.equal(hold.probeBps, 450_000);
  pass(300, { estimateBps: 900_000 });
  assert.equal(Math.round(hold.probeBps), Math.round(1.2 * 1_064_000));
  assert.equal(pass(300, { estimateBps: 1.2e6 }) < 300, true);
  assert.deepEqual([hold.isHeld, hold.probeBps], [false, 0]);
});

test('congestion ends a probe at once, and each that fails doubles the wait, up to half a minute', () => {
  const { hold, input, pass } = watched(thin);
  const begun: number[] = [];
  while (input.nowMs < 200_000) {
    pass(100, { isCongested: hold.probeBps > 0 || !hold.isHeld });
    if (hold.probeBps > 0) begun.push(input.nowMs);
  }
  const waits = begun.slice(1).map((ms, i) => Math.round((ms - (begun[i] ?? 0)) / 1000));
  assert.deepEqual(waits.slice(0, 6), [4, 8, 16, 30, 30, 30]);
});

test('held again soon after it was sent again, it waits twice as long; after ten good seconds as at first', () => {
  const { hold, pass } = watched(thin);
  pass(4000);
  assert.equal(hold.waitMs, 2000);
  pass(4000, wide);
  assert.equal(hold.isHeld, false);
  pass(4000, thin);
  assert.deepEqual([hold.isHeld, hold.waitMs], [true, 4000]);
  pass(20_000, wide);
  pass(4000, thin);
  assert.deepEqual([hold.isHeld, hold.waitMs], [true, 2000]);
});

test('without a way to probe it is tried after five seconds of calm, then after ten', () => {
  const { hold, pass } = watched({ ...thin, canProbe: false });
  pass(3100);
  assert.equal(pass(20_000, { ...wide, estimateBps: 300_000 }), 4900);
  pass(3100, thin);
  assert.equal(hold.waitMs, 5000, 'that lasted');
  pass(6000, { isCongested: false });
  pass(3100, { isCongested: true });
  assert.deepEqual([hold.isHeld, hold.waitMs], [true, 10_000]);
});

test('whatever comes, no probe goes beyond what is known, and none while it is sent', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const hold = videoHold(0);
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 100) {
    const input: HoldInput = {
      nowMs,
      estimateBps: 30_000 + 2e6 * random() ** 3,
      otherBps: 100_000 * random(),
      takesBps: random() < 0.9 ? 1e6 : 0,
      deliveredBps: random() < 0.9 ? 1e6 * random() : -1,
      lossRatio: random() < 0.9 ? 0 : random(),
      isCongested: random() < 0.1,
      canProbe: random() < 0.9,
    };
    decideHold(hold, input);
    const { isHeld, probeBps, waitMs } = hold;
    assert.ok(probeBps >= 0 && waitMs <= 30_000 && (isHeld || probeBps === 0), `SEED=${seed}, ${nowMs}`);
    assert.ok(
      probeBps === 0 || input.takesBps === 0 || probeBps <= Math.max(1.5 * input.estimateBps, 0) || !input.canProbe,
      `SEED=${seed}, ${nowMs}: ${probeBps}`,
    );
  }
});
