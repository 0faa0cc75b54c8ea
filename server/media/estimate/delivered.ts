/** Bits a second over the last half second, by the times that come with the packets (R_hat of draft-ietf-rmcat-gcc-02). */
export interface Delivered {
  /** Bytes of 50 ms each, by the number of the 50 ms. */
  readonly bytes: Float64Array;
  /** Of the newest 50 ms and, to know when to be trusted, of the first; -1 before any. */
  newest: number;
  first: number;
  /** Bytes of the last half second that is complete: kept, as it is asked for with each feedback. */
  counted: number;
  /** From when to when the newest 50 ms last. */
  beginsMs: number;
  endsMs: number;
}

const stepMs = 50;
/** The one that is being filled does not count. */
const counted = 10;
const steps = counted + 1;
/** A power of two, as a place is looked for with each packet. */
const places = 16;
export const deliveredOverMs = counted * stepMs;

export const delivered = (): Delivered => ({
  bytes: new Float64Array(places),
  newest: -1,
  first: -1,
  counted: 0,
  beginsMs: Number.POSITIVE_INFINITY,
  endsMs: Number.NEGATIVE_INFINITY,
});

/**
 * Notes a packet, whose time is not negative. Times may go back a little; when they leap, it begins anew. Nearly all are of the
 * newest 50 ms: for these it is short enough to be compiled into its caller, and allocates no boxes for its numbers.
 */
export function noteDelivered(of: Delivered, atMs: number, bytes: number): void {
  if (atMs >= of.beginsMs && atMs < of.endsMs) {
    const place = of.newest & (places - 1);
    of.bytes[place] = (of.bytes[place] ?? 0) + bytes;
  } else noteElsewhen(of, atMs, bytes);
}

function noteElsewhen(of: Delivered, atMs: number, bytes: number): void {
  const step = Math.max(0, Math.floor(atMs / stepMs));
  const ahead = step - of.newest;
  if (of.newest < 0 || ahead >= steps || ahead < -10 * steps) {
    of.bytes.fill(0);
    of.counted = 0;
    of.first = step;
    of.newest = step;
  }
  if (step <= of.newest - steps) return;
  while (of.newest < step) {
    of.counted += bytesOf(of, of.newest) - bytesOf(of, of.newest - counted);
    of.newest += 1;
    of.bytes[of.newest & (places - 1)] = 0;
  }
  if (step < of.newest) of.counted += bytes;
  of.beginsMs = of.newest * stepMs;
  of.endsMs = of.beginsMs + stepMs;
  const place = step & (places - 1);
  of.bytes[place] = (of.bytes[place] ?? 0) + bytes;
}

const bytesOf = ({ bytes }: Delivered, step: number): number => bytes[step & (places - 1)] ?? 0;

/**
 * Over the last `overSteps` of 50 ms that are complete, ten unless said otherwise; -1 before half a second's worth was seen.
 */
export function deliveredBps(of: Delivered, overSteps = counted): number {
  if (of.newest < 0 || of.newest - of.first < counted) return -1;
  let sum = overSteps === counted ? of.counted : 0;
  if (overSteps !== counted) for (let step = of.newest - overSteps; step < of.newest; step++) sum += bytesOf(of, step);
  return (sum * 8000) / (overSteps * stepMs);
}
