import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Missing, missing, noteFilled, noteGap, takeDue } from '#server/media/up/missing.ts';
import { type Impairment, link } from '#test/harness/impairment.ts';

/** When, of a time from `fromMs` on, it asks for what, to the millisecond. */
function asked(state: Missing, fromMs: number, toMs: number) {
  const found: (readonly [atMs: number, ...indices: number[]])[] = [];
  for (let ms = fromMs; ms <= toMs; ms++) {
    if (ms < state.nextDueMs) continue;
    const { due } = takeDue(state, ms);
    if (due.length > 0) found.push([ms, ...due]);
  }
  return found;
}

/** A gap of one, asked for at once and answered after so long. */
function answerAfter(state: Missing, index: number, atMs: number, roundTripMs: number) {
  noteGap(state, index, index + 1, atMs);
  takeDue(state, atMs);
  noteFilled(state, index, true, atMs + roundTripMs);
}

test('where packets come in order, a gap is asked for at once, and again after 100 ms what has not come', () => {
  const state = missing();
  noteGap(state, 5, 8, 1000);
  assert.deepEqual(asked(state, 1000, 1050), [[1000, 5, 6, 7]]);
  noteFilled(state, 6, true, 1051);
  const again = missing();
  noteGap(again, 5, 6, 1000);
  assert.deepEqual(
    asked(again, 1000, 1250).map(([ms]) => ms),
    [1000, 1100, 1200],
  );
  const rest = asked(state, 1051, 1300).map(([, ...indices]) => indices);
  assert.deepEqual(rest, new Array(rest.length).fill([5, 7]));
  assert.ok(rest.length >= 2);
});

test('where packets overtake each other, a gap is given as long as the ones before it took', () => {
  const state = missing();
  for (let index = 0; index < 10; index++) {
    noteGap(state, index, index + 1, index * 100);
    takeDue(state, index * 100);
    noteFilled(state, index, false, index * 100 + 12);
  }
  noteGap(state, 50, 51, 2000);
  const [[atMs] = [0]] = asked(state, 2000, 2050);
  assert.ok(atMs >= 2011 && atMs <= 2012, `after ${atMs - 2000} ms`);
});

test('a gap is never given more than 80 ms, and less again when gaps turn out to be losses', () => {
  const state = missing();
  for (let index = 0; index < 10; index++) {
    noteGap(state, index, index + 1, index * 1000);
    noteFilled(state, index, false, index * 1000 + 400);
  }
  assert.ok(state.reorderMs > 70 && state.reorderMs <= 80, `${state.reorderMs}`);
  for (let index = 10; index < 60; index++) {
    noteGap(state, index, index + 1, index * 1000);
    takeDue(state, index * 1000 + 100);
    noteFilled(state, index, true, index * 1000 + 130);
  }
  assert.ok(state.reorderMs < 5, `${state.reorderMs}`);
});

/** When it asks for what never comes, after round trips of 90 ms. */
function askedInVain(state: Missing): readonly number[] {
  for (let index = 0; index < 30; index++) answerAfter(state, index, index * 1000, 90);
  noteGap(state, 100, 101, 50_000);
  const times = asked(state, 50_000, 60_000).map(([ms]) => ms - 50_000);
  assert.equal(state.count, 0);
  return times;
}

test('it asks three times in a round trip, as answers took, and gives up after eight of them', () => {
  const times = askedInVain(missing());
  const [last = 0] = times.slice(-1);
  assert.ok(last > 650 && last < 800, `${last} ms`);
  for (const [i, ms] of times.slice(1).entries()) {
    const after = ms - (times[i] ?? 0);
    assert.ok(after >= 29 && after <= 33, `${after} ms`);
  }
});

test('a publisher that answers each request is asked once in a round trip', () => {
  const state = missing();
  for (let index = 200; index < 220; index++) {
    answerAfter(state, index, index * 1000, 90);
    for (let again = 0; again < 2; again++) assert.equal(noteFilled(state, index, true, index * 1000 + 100), true);
  }
  const times = askedInVain(state);
  assert.equal(times.length, 8);
  for (const [i, ms] of times.slice(1).entries()) assert.ok(ms - (times[i] ?? 0) >= 90);
});

test('what comes once more by chance changes nothing', () => {
  const state = missing();
  for (let index = 200; index < 260; index++) {
    answerAfter(state, index, index * 1000, 90);
    if (index % 3 === 0) noteFilled(state, index, true, index * 1000 + 100);
    noteFilled(state, index - 100, true, index * 1000 + 100);
  }
  assert.ok(askedInVain(state).length > 20);
});

test('giving up is said', () => {
  const state = missing();
  noteGap(state, 1, 2, 0);
  const said = Array.from({ length: 10 }, (_, i) => takeDue(state, i * 100).hasGivenUp);
  assert.deepEqual(said, [...Array(8).fill(false), true, false]);
});

test('a round trip above the first guess is learnt, though everything was asked for more than once', () => {
  const state = missing();
  for (let index = 0; index < 30; index++) {
    const atMs = index * 5000;
    noteGap(state, index, index + 1, atMs);
    asked(state, atMs, atMs + 299);
    noteFilled(state, index, true, atMs + 300);
  }
  noteGap(state, 100, 101, 500_000);
  const [, [again] = [0]] = asked(state, 500_000, 501_000);
  assert.ok(again - 500_000 >= 95 && again - 500_000 < 115, `after ${again - 500_000} ms`);
});

test('without a stream for retransmissions, what comes within half a round trip is no answer', () => {
  const state = missing();
  for (let index = 0; index < 10; index++) answerAfter(state, index, index * 1000, 100);
  noteGap(state, 50, 52, 20_000);
  takeDue(state, 20_000);
  assert.equal(noteFilled(state, 50, undefined, 20_030), false);
  assert.equal(noteFilled(state, 51, undefined, 20_100), true);
  assert.equal(noteFilled(state, 51, undefined, 20_100), false, 'nor what is missing no more');
});

test('a gap too wide is not asked for, nor what was missing before it', () => {
  const state = missing();
  noteGap(state, 1, 3, 0);
  assert.equal(noteGap(state, 10, 200, 0), false);
  assert.deepEqual(asked(state, 0, 1000), []);
});

/** A minute of video of 180 packets a second over such a network, both ways; what it cost, and what it brought back. */
function minuteOver(impairment: Impairment) {
  const [there, back] = [link(impairment, 1), link(impairment, 2)];
  const state = missing();
  const coming = new Map<number, { readonly index: number; readonly isRepair: boolean }[]>();
  const send = (index: number, isRepair: boolean, ms: number): boolean => {
    const { lost, arrivesMs } = there.pass(1200, ms);
    if (lost !== undefined) return false;
    const atMs = Math.ceil(arrivesMs);
    coming.set(atMs, [...(coming.get(atMs) ?? []), { index, isRepair }]);
    return true;
  };
  const survivors = new Set<number>();
  for (let index = 0; index < 10_800; index++) {
    const ms = Math.floor(index / 6) * (1000 / 30) + (index % 6);
    if (send(index, false, ms)) survivors.add(index);
  }
  const here = new Set<number>();
  let newest = -1;
  let requests = 0;
  let needless = 0;
  for (let ms = 0; ms < 61_000; ms++) {
    const now = coming.get(ms) ?? [];
    for (const { index, isRepair } of now) {
      here.add(index);
      if (index > newest) {
        if (newest >= 0) noteGap(state, newest + 1, index, ms);
        newest = index;
      } else noteFilled(state, index, isRepair, ms);
    }
    if (ms < state.nextDueMs || (now.length === 0 && ms % 50 !== 0)) continue;
    const { due } = takeDue(state, ms);
    requests += due.length;
    needless += due.filter((index) => survivors.has(index) && !here.has(index)).length;
    const { lost, arrivesMs } = back.pass(100, ms);
    if (lost === undefined) for (const index of due) send(index, true, arrivesMs);
  }
  return { requests, needless, lost: 10_800 - survivors.size, neverCame: 10_800 - here.size };
}

test('50 ms of jitter are no storm of requests, and what is lost comes all the same', () => {
  const { requests, needless, lost, neverCame } = minuteOver({ delayMs: 50, jitterMs: 50, loss: 0.05 });
  assert.ok(lost > 400, `${lost} lost`);
  assert.ok(neverCame <= 2, `${neverCame} never came`);
  // Asking at once, it is two of three packets.
  assert.ok(needless < 1200, `${needless} of ${requests} were on their way`);
});

test('without jitter nothing is asked for that is on its way, and each loss is asked for three times or four', () => {
  const { requests, needless, lost, neverCame } = minuteOver({ delayMs: 25, loss: 0.05 });
  assert.deepEqual([needless, neverCame], [0, 0]);
  assert.ok(requests < lost * 4, `${requests} requests for ${lost}`);
});
