import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packetOverhead, refill, resendBudget, take } from '#server/media/down/resend-budget.ts';

const payload = 1000;
const packet = payload + packetOverhead;
const unknown = Number.POSITIVE_INFINITY;

/** Packets that it has room for, all of them taken. */
function drain(budget: ReturnType<typeof resendBudget>): number {
  for (let packets = 0; ; packets++) if (!take(budget, payload)) return packets;
}

/** Packets in so many seconds, taken as soon as they may be, `mediaBps` beside them; what was saved before is not counted. */
function over(seconds: number, estimateBps: number, mediaBps: number): number {
  const budget = resendBudget(0);
  drain(budget);
  let packets = 0;
  for (let ms = 50; ms <= 1000 * seconds; ms += 50) {
    refill(budget, estimateBps, (mediaBps * ms) / 8000, ms);
    packets += drain(budget);
  }
  return packets;
}

const near = (actual: number, bytes: number) =>
  assert.ok(Math.abs(actual - bytes / packet) <= 2, `${actual} packets, not ${bytes / packet}`);

test('what the media leaves over of the link is there for repairs', () => {
  near(over(10, 2e6, 1.2e6), (10 * 0.8e6) / 8);
  near(over(10, 2e6, 0), (10 * 2e6) / 8);
});

test('a fifth of the link is, whatever the media takes', () => {
  near(over(10, 2e6, 1.9e6), (10 * 0.4e6) / 8);
  near(over(10, 100_000, 5e6), (10 * 20_000) / 8);
});

test('at most a quarter of a second is saved up, or eight packets', () => {
  for (const [estimateBps, packets] of [
    [8e6, Math.floor(250_000 / packet)],
    [30_000, Math.floor(10_000 / packet)],
  ] as const) {
    const budget = resendBudget(0);
    refill(budget, estimateBps, 0, 60_000);
    assert.equal(drain(budget), packets);
    refill(budget, estimateBps, 0, 60_000);
    assert.equal(drain(budget), 0, 'no time has passed');
  }
});

test('of a link that nothing is known of it is as much as the media, or 64 KiB a second, and 64 KiB at once', () => {
  assert.equal(drain(resendBudget(0)), Math.floor((64 * 1024) / packet));
  near(over(10, unknown, 4e6), (10 * 4e6) / 8);
  near(over(10, unknown, 100_000), 10 * 64 * 1024);
});

test('what does not fit costs nothing, nor does time that goes backwards', () => {
  const budget = resendBudget(1000);
  refill(budget, 30_000, 0, 1000);
  const { bytes } = budget;
  assert.equal(take(budget, bytes), false);
  refill(budget, 30_000, 0, 0);
  assert.equal(budget.bytes, bytes);
});
