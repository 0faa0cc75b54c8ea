/** Shows other threads, and the probes of this one, that its loop turns. */
export interface Heart {
  /** The number of beats, in 32 bits that another thread can look at even while this one hangs. */
  readonly beats: SharedArrayBuffer;
  /** Time since the last beat. */
  ageMs(): number;
  stop(): void;
}

export const heartBeatMs = 1000;

/** Beats from the loop of the thread that calls, on a monotonic clock. Keeps no process alive. */
export function startHeart(nowMs: () => number): Heart {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(beats);
  let beatAtMs = nowMs();
  const timer = setInterval(() => {
    Atomics.add(count, 0, 1);
    beatAtMs = nowMs();
  }, heartBeatMs);
  timer.unref();
  return { beats, ageMs: () => nowMs() - beatAtMs, stop: () => clearInterval(timer) };
}
