/** Monotonic milliseconds, with a fraction, that are the same in all threads: `performance.now()` begins with each. */
export function sharedClockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
