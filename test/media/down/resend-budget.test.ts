import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refill, resendBudget, takeResend } from '#server/media/down/resend-budget.ts';

const packet = 1200;

test('between two reports there are a thousand packets', () => {
  const budget = resendBudget();
  for (let index = 0; index < 1000; index++) assert.equal(takeResend(budget, index, 1, 0, -1), undefined);
  assert.equal(takeResend(budget, 1000, 1, 0, -1), 'OverBudget');
  refill(budget, 0);
  assert.equal(takeResend(budget, 1000, 1, 0, -1), undefined);
});

test('and as many bytes as the media had, or 256 KiB', () => {
  const budget = resendBudget();
  const sendable = () => {
    for (let index = 0; ; index++) if (takeResend(budget, index, packet, 0, 0) !== undefined) return index;
  };
  assert.equal(sendable(), 218);
  refill(budget, 500 * packet);
  assert.equal(sendable(), 500);
  refill(budget, 510 * packet);
  assert.equal(sendable(), 218);
});

test('the same packet goes once within a round trip, as it is known, assumed, or believed', () => {
  for (const [roundTripMs, wait] of [
    [80, 80],
    [-1, 50],
    [5000, 300],
  ] as const) {
    const budget = resendBudget();
    assert.equal(takeResend(budget, 7, packet, 1000, roundTripMs), undefined);
    assert.equal(takeResend(budget, 7, packet, 999 + wait, roundTripMs), 'TooSoon');
    assert.equal(takeResend(budget, 8, packet, 999 + wait, roundTripMs), undefined);
    assert.equal(takeResend(budget, 7, packet, 1000 + wait, roundTripMs), undefined);
  }
});

test('of packets that share a slot the later counts, and what was refused costs nothing', () => {
  const budget = resendBudget();
  takeResend(budget, 7, packet, 0, 100);
  const { packets, bytes } = budget;
  takeResend(budget, 7, packet, 1, 100);
  assert.deepEqual([budget.packets, budget.bytes], [packets, bytes]);
  assert.equal(takeResend(budget, 7 + 128, packet, 2, 100), undefined);
  assert.equal(takeResend(budget, 7, packet, 3, 100), undefined);
});
