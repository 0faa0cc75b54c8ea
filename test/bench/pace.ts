import { setImmediate as turn } from 'node:timers/promises';

/** Timers come once a millisecond at best, and by pairs. A thread that waits by itself is right to some 50 µs. */
const cell = new Int32Array(new SharedArrayBuffer(4));
/** Then the loop turns: what has come in is looked at. */
const longestMs = 0.5;

/**
 * Calls `send` that often, one by one. What comes late is not made up for at once: between two there is at least half the
 * time that is meant to be, so that the next finds the one before it done. Resolves to how often a second it was called.
 */
export async function evenly(perSecond: number, count: number, send: (i: number) => void): Promise<number> {
  const beganMs = performance.now();
  const everyMs = 1000 / perSecond;
  let dueMs = beganMs;
  for (let i = 0; i < count; i++) {
    await until(dueMs);
    send(i);
    dueMs = Math.max(dueMs + everyMs, performance.now() + everyMs / 2);
  }
  await until(dueMs);
  return (1000 * count) / (performance.now() - beganMs);
}

async function until(dueMs: number): Promise<void> {
  for (;;) {
    await turn();
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) return;
    Atomics.wait(cell, 0, 0, Math.min(leftMs, longestMs));
  }
}
