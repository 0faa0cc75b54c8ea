import { randomBytes } from 'node:crypto';

/** Gives so many random bytes, no byte twice. They are not to be written to. */
export type Draw = (bytes: number) => Buffer;

/** Some 60 sessions take as many. */
const drawnAtOnce = 4096;

/** Many are fetched at once, for those who ask for a few now and then: OpenSSL takes as long for sixteen as for a thousand. */
export function draws(): Draw {
  let drawn = Buffer.alloc(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes > drawn.length) {
      drawn = randomBytes(Math.max(drawnAtOnce, bytes));
      used = 0;
    }
    used += bytes;
    return drawn.subarray(used - bytes, used);
  };
}
