import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyFeedback, nextTransportFeedback, packetStatus } from '#server/media/rtp/transport-feedback.ts';
import { arrivalLog, feedbackEveryMs, noteArrival, takeFeedback } from '#server/media/up/arrival-log.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** What the feedback of a moment says: sequence number → milliseconds, undefined for the missing. */
function told(log: ReturnType<typeof arrivalLog>, nowMs: number): Map<number, number | undefined> {
  const into = emptyFeedback();
  const said = new Map<number, number | undefined>();
  for (const packet of takeFeedback(log, 1, 2, nowMs, emptyFeedback())) {
    assert.equal(nextTransportFeedback(packet, 0, into), packet.length);
    assert.equal(into.mediaSsrc, 2);
    for (let i = 0; i < into.count; i++) {
      const isMissing = into.statuses[i] === packetStatus.missing;
      said.set((into.baseSequence + i) & 0xffff, isMissing ? undefined : (into.arrivals[i] ?? 0) / 4);
    }
  }
  return said;
}

test('packets are told of with their times, to a quarter of a millisecond, and once', () => {
  const log = arrivalLog();
  for (const [sequence, ms] of [
    [65534, 10],
    [65535, 11.3],
    [1, 13.75],
  ] as const)
    noteArrival(log, sequence, ms);
  assert.deepEqual(
    [...told(log, 20)],
    [
      [65534, 10],
      [65535, 11.25],
      [0, undefined],
      [1, 13.75],
    ],
  );
  noteArrival(log, 2, 21);
  assert.deepEqual([...told(log, 200)], [[2, 21]]);
});

test('a feedback comes every 100 ms, and none when there is nothing to tell', () => {
  const log = arrivalLog();
  const times: number[] = [];
  for (let ms = 0; ms <= 500; ms += 10) {
    if (ms < 300) noteArrival(log, ms / 10, ms);
    if (told(log, ms).size > 0) times.push(ms);
  }
  assert.deepEqual(times, [0, 100, 200, 300]);
  assert.equal(feedbackEveryMs, 100);
});

test('what comes late is told of after all, with what followed it', () => {
  const log = arrivalLog();
  for (const sequence of [1, 2, 4]) noteArrival(log, sequence, sequence);
  assert.equal(told(log, 10).get(3), undefined);
  noteArrival(log, 3, 50);
  assert.deepEqual(
    [...told(log, 110)],
    [
      [3, 50],
      [4, 4],
    ],
  );
});

test('what came twice counts by its first arrival, and is no news', () => {
  const log = arrivalLog();
  noteArrival(log, 1, 1);
  told(log, 1);
  noteArrival(log, 1, 99);
  assert.equal(told(log, 200).size, 0);
});

test('what comes too late is not told of', () => {
  const log = arrivalLog();
  noteArrival(log, 5, 0);
  noteArrival(log, 500, 1);
  told(log, 1);
  noteArrival(log, 300, 2);
  assert.equal(told(log, 200).size, 0);
});

test('numbers that leap begin anew', () => {
  const log = arrivalLog();
  noteArrival(log, 100, 1);
  noteArrival(log, 10_000, 2);
  assert.deepEqual([...told(log, 10)], [[10_000, 2]]);
});

test('feedback that was not taken for long tells what still fits', () => {
  const log = arrivalLog();
  for (let sequence = 0; sequence < 5000; sequence++) noteArrival(log, sequence, sequence);
  const said = told(log, 5000);
  assert.equal(said.size, 2048);
  assert.equal(said.get(4999), 4999);
});

test('feedback packets are counted, modulo 256', () => {
  const log = arrivalLog();
  const into = emptyFeedback();
  for (let i = 0; i < 300; i++) {
    noteArrival(log, i, i * 100);
    const [packet] = takeFeedback(log, 1, 2, i * 100, into);
    assert.ok(packet !== undefined && nextTransportFeedback(packet, 0, into) > 0);
    assert.equal(into.feedbackCount, i % 256);
  }
});

test('whatever numbers come, all that is told of has come, at that time', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const log = arrivalLog();
  const came = new Map<number, Set<number>>();
  let sequence = Math.floor(random() * 0x10000);
  let known = 0;
  for (let ms = 0; ms < 20_000; ms++) {
    const leap = random();
    sequence += leap < 0.001 ? Math.floor(random() * 0x10000) : leap < 0.1 ? Math.floor(random() * 100) - 50 : 1;
    noteArrival(log, sequence & 0xffff, ms);
    const times = came.get(sequence & 0xffff) ?? new Set();
    came.set(sequence & 0xffff, times.add(ms));
    if (random() < 0.02)
      for (const [number, at] of told(log, ms)) {
        if (at === undefined) continue;
        known += 1;
        assert.ok(came.get(number)?.has(at), `SEED=${seed}: ${number} did not come at ${at}`);
      }
  }
  assert.ok(known > 2000, `SEED=${seed}: ${known} packets were told of`);
});
