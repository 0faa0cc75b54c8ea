/**
 * What a bad network does to datagrams, decided without one: by the number of a datagram, a seed and a clock. The same seed
 * loses the same datagrams, whatever else happens to them and however fast the machine is; only what finds a queue full
 * depends on the clock.
 *
 *   datagram ─► queue of the link ─► loss ─► delay, jitter, holding back ─► arrives, perhaps twice
 */
import { seeded } from '#test/harness/seeded.ts';

/** Of one direction. Nothing happens but what is named. A part of the datagrams is from 0 to 1: five per cent are 0.05. */
export interface Impairment {
  /** Part that is lost, each by itself. */
  readonly loss?: number;
  /** Part that is lost in bursts of so many on average, beside those (Gilbert's model: two states, one loses all). */
  readonly bursts?: { readonly loss: number; readonly meanLength: number };
  readonly delayMs?: number;
  /** Up to so much more or less than the delay, evenly, drawn for each: those after it overtake one that takes long. */
  readonly jitterMs?: number;
  /** One that takes long holds up those behind it instead, as in a queue. Those that `reorder` names are overtaken. */
  readonly keepsOrder?: boolean;
  /** Part that is held back by so much more. */
  readonly reorder?: { readonly part: number; readonly byMs: number };
  /** Part that arrives twice. */
  readonly duplicate?: number;
  readonly rate?: Rate;
}

/** A link of so many bits a second, headers of IPv4 and UDP included. */
export interface Rate {
  readonly bitsPerSecond: number;
  /** Who would wait longer for those before is dropped. */
  readonly queueMs: number;
}

/** What becomes of a datagram. Times are on the clock that is given. */
export interface Fate {
  /** Why it never arrives; undefined when it does. The times then mean nothing. */
  lost: 'Loss' | 'QueueFull' | undefined;
  arrivesMs: number;
  /** When it arrives once more; NaN: never. */
  againMs: number;
}

/** One direction of one client's way. */
export interface Link {
  /** Decides on the next datagram. Allocates nothing: the answer is the same object each time. */
  pass(bytes: number, nowMs: number): Fate;
  /** From the next datagram on; its fate is that of its number under the new rules. */
  impair(impairment: Impairment): void;
}

/** RFC 791 and RFC 768, without options. */
const headerBytes = 28;

/** Throws a RangeError for parts that are none. */
export function link(impairment: Impairment, seed: number): Link {
  const random = seeded(seed);
  const fate: Fate = { lost: undefined, arrivesMs: 0, againMs: Number.NaN };
  let given = checked(impairment);
  let isInBurst = false;
  let freeMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;

  /** When it has left the queue; NaN for one that found it full. */
  const leaves = ({ rate }: Impairment, bytes: number, nowMs: number): number => {
    if (rate === undefined) return nowMs;
    const beginsMs = Math.max(nowMs, freeMs);
    if (beginsMs - nowMs > rate.queueMs) return Number.NaN;
    freeMs = beginsMs + ((bytes + headerBytes) * 8000) / rate.bitsPerSecond;
    return freeMs;
  };
  return {
    impair(next) {
      given = checked(next);
    },
    pass(bytes, nowMs) {
      // As many for each, whatever is asked for: a datagram's fate must not hang on that of the others.
      const alone = random();
      const burst = random();
      const late = random();
      const back = random();
      const twice = random();
      const lateAgain = random();
      const { loss = 0, bursts, keepsOrder = false, reorder, duplicate = 0 } = given;
      isInBurst = bursts !== undefined && burst < (isInBurst ? 1 - 1 / bursts.meanLength : beginning(bursts));
      const leftMs = leaves(given, bytes, nowMs);
      fate.lost = Number.isNaN(leftMs) ? 'QueueFull' : alone < loss || isInBurst ? 'Loss' : undefined;
      if (fate.lost !== undefined) return fate;
      const arrivesMs = leftMs + takes(given, late);
      lastMs = keepsOrder ? Math.max(arrivesMs, lastMs) : arrivesMs;
      fate.arrivesMs = lastMs + (reorder !== undefined && back < reorder.part ? reorder.byMs : 0);
      fate.againMs = twice < duplicate ? leftMs + takes(given, lateAgain) : Number.NaN;
      return fate;
    },
  };
}

/** `random` below 1. */
const takes = ({ delayMs = 0, jitterMs = 0 }: Impairment, random: number): number =>
  Math.max(0, delayMs + jitterMs * (2 * random - 1));

/** How likely a burst begins with a datagram, so that the part is right in the long run. */
const beginning = ({ loss, meanLength }: NonNullable<Impairment['bursts']>): number => loss / ((1 - loss) * meanLength);

function checked(impairment: Impairment): Impairment {
  const { loss = 0, bursts, reorder, duplicate = 0 } = impairment;
  for (const [name, part] of Object.entries({
    loss,
    bursts: bursts?.loss ?? 0,
    reorder: reorder?.part ?? 0,
    duplicate,
  }))
    if (!(part >= 0 && part <= 1)) throw new RangeError(`${name} is a part from 0 to 1, not ${part}`);
  if (bursts !== undefined && !(bursts.meanLength >= 1 && beginning(bursts) <= 1))
    throw new RangeError(`no bursts of ${bursts.meanLength} make up ${bursts.loss} of all`);
  return impairment;
}
