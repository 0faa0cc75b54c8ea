/**
 * Packets that the publisher's network lost, to be asked for again. Packets of most networks overtake each other, so that a
 * gap is given time to fill by itself: as much as the gaps before it took, and none where none ever did. What stays missing
 * is asked for three times in each round trip, which is learnt from the answers: the request may be what was lost. Browsers
 * answer once in a round trip; who answers each request is asked once. A gap too wide to be worth it is left to a key frame.
 *
 *   gap seen ── reorder time ──► asked ── a third of the round trip ──► asked again … ──► given up
 *
 * Nothing but `takeDue` allocates, and that when there is something to ask for.
 */
export interface Missing {
  /** Of what is missing, ascending by index; beyond `count` the arrays mean nothing. */
  readonly indices: Float64Array;
  readonly seenMs: Float64Array;
  /** When it was asked for first, and last, and when it is to be asked for next. */
  readonly firstAskedMs: Float64Array;
  readonly lastAskedMs: Float64Array;
  readonly dueMs: Float64Array;
  readonly asked: Uint8Array;
  count: number;
  /** When the first of them is due. */
  nextDueMs: number;
  /** How long to wait before a gap is believed. */
  reorderMs: number;
  /** Smoothed, and how much it varies (RFC 6298 section 2); the time is NaN before the first answer. */
  roundTripMs: number;
  variationMs: number;
  /** What was repaired of late, by the lowest bits of its index; how much ever was, and how often it came once more. */
  readonly repaired: Float64Array;
  repairs: number;
  repeats: number;
  /** Whether more than once in a round trip is asked for what is missing. */
  isInsistent: boolean;
}

/** Of repairs; a power of two. */
const remembered = 64;
/** More would not fit the time in which they are of use. */
const maxMissing = 128;

export const missing = (): Missing => ({
  indices: new Float64Array(maxMissing),
  seenMs: new Float64Array(maxMissing),
  firstAskedMs: new Float64Array(maxMissing),
  lastAskedMs: new Float64Array(maxMissing),
  dueMs: new Float64Array(maxMissing),
  asked: new Uint8Array(maxMissing),
  count: 0,
  nextDueMs: Number.POSITIVE_INFINITY,
  reorderMs: 0,
  roundTripMs: Number.NaN,
  variationMs: 0,
  repaired: new Float64Array(remembered).fill(-1),
  repairs: 0,
  repeats: 0,
  isInsistent: true,
});

const roundTripsAsked = 8;
const asksPerRoundTrip = 3;
/** Beyond this many, as many as there were repairs show that each request is answered. */
const repeatsByChance = 8;
/**
 * What was lost indeed comes later by as much. Viewers of a network whose packets overtake each other by so much wait for
 * them anyway.
 */
const maxReorderMs = 80;
/** Above most round trips: asking twice within one only costs. */
const firstRepeatMs = 100;
const repeatMs = { min: 20, max: 500 } as const;

/** Forgets all that is missing. */
export function giveUp(state: Missing): void {
  state.count = 0;
  state.nextDueMs = Number.POSITIVE_INFINITY;
}

/** Notes the indices from `from` up to, and without, `to`. False when there are too many: then all are given up. */
export function noteGap(state: Missing, from: number, to: number, nowMs: number): boolean {
  if (to - from + state.count > maxMissing) {
    giveUp(state);
    return false;
  }
  const dueMs = nowMs + state.reorderMs;
  for (let index = from; index < to; index++) {
    const at = state.count++;
    state.indices[at] = index;
    state.seenMs[at] = nowMs;
    state.dueMs[at] = dueMs;
    state.asked[at] = 0;
  }
  state.nextDueMs = Math.min(state.nextDueMs, dueMs);
  return true;
}

/**
 * A packet behind the newest has come: it is missing no more. True when it answers a request, false when it was on its way
 * all the time. `isRepair`: its stream is that of retransmissions; undefined when those have none, so that only time tells.
 */
export function noteFilled(state: Missing, index: number, isRepair: boolean | undefined, nowMs: number): boolean {
  const at = placeOf(state, index);
  if (at < 0) {
    if (isRepair !== false) noteRepeat(state, index);
    return isRepair === true;
  }
  const isAsked = (state.asked[at] ?? 0) > 0;
  const lateMs = nowMs - (state.seenMs[at] ?? 0);
  const answerMs = answerTime(state, at, nowMs);
  remove(state, at);
  if (isRepair ?? (isAsked && !(answerMs < state.roundTripMs / 2))) {
    if (isAsked) learnRoundTrip(state, answerMs);
    state.reorderMs *= 15 / 16;
    state.repaired[index & (remembered - 1)] = index;
    state.repairs += 1;
    return true;
  }
  learnReordering(state, lateMs);
  return false;
}

function noteRepeat(state: Missing, index: number): void {
  if (state.repaired[index & (remembered - 1)] !== index) return;
  state.repeats += 1;
  if (state.repeats > repeatsByChance && state.repeats > state.repairs) state.isInsistent = false;
}

/** The indices to ask for now, oldest first. `hasGivenUp`: one was asked for too long, and is asked for no more. */
export function takeDue(
  state: Missing,
  nowMs: number,
): { readonly due: readonly number[]; readonly hasGivenUp: boolean } {
  const due: number[] = [];
  let hasGivenUp = false;
  state.nextDueMs = Number.POSITIVE_INFINITY;
  for (let at = 0; at < state.count; ) {
    const asked = state.asked[at] ?? 0;
    if ((state.dueMs[at] ?? 0) <= nowMs) {
      if (asked > 0 && nowMs - (state.firstAskedMs[at] ?? 0) >= roundTripsAsked * answeredWithinMs(state)) {
        hasGivenUp = true;
        remove(state, at);
        continue;
      }
      if (asked === 0) state.firstAskedMs[at] = nowMs;
      state.lastAskedMs[at] = nowMs;
      state.asked[at] = Math.min(255, asked + 1);
      state.dueMs[at] = nowMs + repeatAfterMs(state);
      due.push(state.indices[at] ?? 0);
    }
    state.nextDueMs = Math.min(state.nextDueMs, state.dueMs[at] ?? 0);
    at += 1;
  }
  return { due, hasGivenUp };
}

/** An answer that takes longer is lost, or the request. */
const answeredWithinMs = ({ roundTripMs, variationMs }: Missing): number =>
  Number.isNaN(roundTripMs)
    ? firstRepeatMs
    : Math.min(Math.max(roundTripMs + 2 * variationMs, repeatMs.min), repeatMs.max);

const repeatAfterMs = (state: Missing): number =>
  state.isInsistent && !Number.isNaN(state.roundTripMs)
    ? Math.min(Math.max(state.roundTripMs / asksPerRoundTrip, repeatMs.min), repeatMs.max)
    : answeredWithinMs(state);

/**
 * Which of several requests was answered is a guess: the first, unless that is too long ago; then the last, unless that is too
 * short a time ago.
 */
function answerTime({ firstAskedMs, lastAskedMs, roundTripMs }: Missing, at: number, nowMs: number): number {
  const sinceFirstMs = nowMs - (firstAskedMs[at] ?? 0);
  const sinceLastMs = nowMs - (lastAskedMs[at] ?? 0);
  return sinceFirstMs > 1.5 * roundTripMs && sinceLastMs >= roundTripMs / 2 ? sinceLastMs : sinceFirstMs;
}

function learnRoundTrip(state: Missing, answerMs: number): void {
  if (Number.isNaN(state.roundTripMs)) {
    state.roundTripMs = answerMs;
    state.variationMs = answerMs / 2;
    return;
  }
  state.variationMs += (Math.abs(answerMs - state.roundTripMs) - state.variationMs) / 4;
  state.roundTripMs += (answerMs - state.roundTripMs) / 8;
}

/** Up at once, down slowly: of what takes longest there is seldom an example. */
function learnReordering(state: Missing, lateMs: number): void {
  const towards = Math.min(lateMs, maxReorderMs);
  state.reorderMs += (towards - state.reorderMs) / (towards > state.reorderMs ? 2 : 64);
}

function placeOf({ indices, count }: Missing, index: number): number {
  for (let at = 0; at < count; at++) if (indices[at] === index) return at;
  return -1;
}

function remove(state: Missing, at: number): void {
  const { indices, seenMs, firstAskedMs, lastAskedMs, dueMs, asked } = state;
  const last = --state.count;
  for (let to = at; to < last; to++) {
    indices[to] = indices[to + 1] ?? 0;
    seenMs[to] = seenMs[to + 1] ?? 0;
    firstAskedMs[to] = firstAskedMs[to + 1] ?? 0;
    lastAskedMs[to] = lastAskedMs[to + 1] ?? 0;
    dueMs[to] = dueMs[to + 1] ?? 0;
    asked[to] = asked[to + 1] ?? 0;
  }
  if (last === 0) state.nextDueMs = Number.POSITIVE_INFINITY;
}
