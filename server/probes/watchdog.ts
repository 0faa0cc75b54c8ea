/**
 * A main thread that hangs cannot say so, nor end itself, and SIGTERM would not reach it. The media thread looks at its
 * heart instead, and ends the process, so that what keeps it running starts it anew:
 *
 *     main thread   ♥  ♥  ♥  ♥  ·  ·  ·  ·  ·  ·  ·
 *     media thread    ·  ·  ·  ·  ·  ·  ·  · limit ──► a line in the log, and the end
 *
 * Media flows until then: it needs the main thread for newcomers only.
 */
import { heartBeatMs } from './heart.ts';

export interface WatchdogOptions {
  /** Of the main thread's heart. */
  readonly beats: SharedArrayBuffer;
  /** Without a beat for so long it hangs. */
  readonly limitMs: number;
}

/** What the last look has found. */
export interface Look {
  readonly beats: number;
  readonly atMs: number;
  /** How long there has been no beat, as far as the watcher itself was awake. */
  readonly silentMs: number;
}

/** A watcher that comes later than this was asleep itself: the process was stopped, or the machine was. */
const longestNapMs = 2 * heartBeatMs;

/** The next look: of a silence it counts only what the watcher has lived through, for both may have slept. */
export function looked(before: Look, beats: number, nowMs: number): Look {
  const elapsedMs = nowMs - before.atMs;
  const hasBeaten = beats !== before.beats;
  return { beats, atMs: nowMs, silentMs: hasBeaten ? 0 : before.silentMs + (elapsedMs > longestNapMs ? 0 : elapsedMs) };
}

export const isHung = ({ silentMs }: Look, limitMs: number): boolean => silentMs >= limitMs;

/** Watches from the thread that calls. `onHung` is told once, with the time without a beat. Keeps no thread alive. */
export function startWatchdog(
  { beats, limitMs }: WatchdogOptions,
  { nowMs, onHung }: { readonly nowMs: () => number; readonly onHung: (silentMs: number) => void },
): void {
  const count = new Int32Array(beats);
  let last: Look = { beats: Atomics.load(count, 0), atMs: nowMs(), silentMs: 0 };
  const timer = setInterval(() => {
    last = looked(last, Atomics.load(count, 0), nowMs());
    if (!isHung(last, limitMs)) return;
    clearInterval(timer);
    onHung(last.silentMs);
  }, heartBeatMs);
  timer.unref();
}
