import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteSent, sendHistory } from '#server/media/down/send-history.ts';
import {
  estimateBps,
  estimator,
  hearFeedback,
  hearRemb,
  hearReportedLosses,
  noteSilence,
} from '#server/media/estimate/estimator.ts';
import { emptyFeedback, packetStatus } from '#server/media/rtp/transport-feedback.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** A client that is sent 100 packets a second, all of which arrive, told of every 100 ms. */
function served(seconds: number) {
  const of = estimator();
  const history = sendHistory();
  const feedback = emptyFeedback();
  for (let ms = 0; ms < seconds * 1000; ms += 10) {
    feedback.count = (ms % 100) / 10 + 1;
    feedback.statuses[feedback.count - 1] = packetStatus.smallDelta;
    feedback.arrivals[feedback.count - 1] = (ms + 20) * 4;
    const number = noteSent(history, 1200, ms);
    if (feedback.count === 1) feedback.baseSequence = number;
    if (feedback.count === 10) hearFeedback(of, feedback, history, ms + 50);
  }
  return { of, history };
}

test('nobody has said anything: 300 kbit/s', () => assert.equal(estimateBps(estimator()), 300_000));

test('a REMB bounds the estimate, and is all there is without feedback on packets', () => {
  const blind = estimator();
  hearRemb(blind, 3e6);
  assert.equal(estimateBps(blind), 3e6);
  const { of } = served(20);
  assert.ok(estimateBps(of) > 900_000);
  hearRemb(of, 400_000);
  assert.equal(estimateBps(of), 400_000);
  hearRemb(of, 0);
  assert.equal(estimateBps(of), 30_000);
});

test('losses that reports tell of bound it, where there is no feedback on packets', () => {
  const blind = estimator();
  hearRemb(blind, 1e6);
  for (let ms = 0; ms <= 5000; ms += 1000) hearReportedLosses(blind, 100, 30, ms);
  assert.ok(estimateBps(blind) < 600_000);
  const { of } = served(5);
  const before = estimateBps(of);
  for (let ms = 5000; ms <= 10_000; ms += 1000) hearReportedLosses(of, 100, 30, ms);
  assert.equal(estimateBps(of), before);
});

test('the round trip is learnt', () => {
  const { of } = served(10);
  assert.ok(Math.abs(of.roundTripMs - 50) < 1, `${of.roundTripMs} ms`);
});

test('a client that fell silent while it was sent to is sent half each second; one that was sent nothing, the same', () => {
  const { of, history } = served(10);
  const before = estimateBps(of);
  noteSilence(of, history, 10_500);
  assert.equal(estimateBps(of), before);
  noteSilence(of, history, 60_000);
  assert.equal(estimateBps(of), before, 'nothing was sent');
  noteSent(history, 1200, 60_900);
  noteSilence(of, history, 61_000);
  assert.equal(estimateBps(of), before / 2);
});

test('feedback on what was never sent, or twice on the same, changes nothing but the time', () => {
  const { of, history } = served(5);
  const feedback = emptyFeedback();
  feedback.baseSequence = 5000;
  feedback.count = 4000;
  feedback.statuses.fill(packetStatus.smallDelta);
  const before = structuredClone(of);
  hearFeedback(of, feedback, history, 5000);
  feedback.baseSequence = 400;
  feedback.count = 90;
  hearFeedback(of, feedback, history, 5000);
  assert.deepEqual({ ...of, lastFeedbackMs: 0 }, { ...before, lastFeedbackMs: 0 });
});

test('whatever is fed back, the estimate is a number that has to do with what was sent', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const of = estimator();
  const history = sendHistory();
  const feedback = emptyFeedback();
  for (let i = 0; i < 3000; i++) {
    for (let j = 0; j < 10; j++) noteSent(history, Math.floor(random() * 1500), 10 * i + j);
    feedback.baseSequence = random() < 0.8 ? (10 * i - 20) & 0xffff : Math.floor(random() * 0x10000);
    feedback.count = Math.floor(random() * 60);
    for (let j = 0; j < feedback.count; j++) {
      feedback.statuses[j] = Math.floor(random() * 4);
      feedback.arrivals[j] = random() < 0.9 ? 40 * i + j : Math.floor(random() * 0x1_0000_0000);
    }
    hearFeedback(of, feedback, history, 10 * i + random() * 1000);
    const bps = estimateBps(of);
    assert.ok(bps >= 30_000 && bps < 3e7, `SEED=${seed}, round ${i}: ${bps}`);
  }
});
