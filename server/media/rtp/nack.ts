/** Requests for packets that were lost (RFC 4585 section 6.2.1). */
import { cachedPackets } from './packet-cache.ts';

export interface Nack {
  readonly type: 'Nack';
  readonly mediaSsrc: number;
  readonly sequences: readonly number[];
  /** How many more it asks for, which are not read: see `mostNacked`. */
  readonly beyond: number;
}

/**
 * Of one datagram, packets that are asked for again: no stream has more of them kept. 1,500 bytes could ask for some 6,000,
 * and have us look for each.
 */
export const mostNacked = cachedPackets.video;

/** Up to its entries. */
export const nackHeaderLength = 12;

/** The one that lies from `at` to `end`: entries of a sequence number, and a bit for each of the 16 that follow it. */
export function readNack(bytes: Buffer, at: number, end: number, most: number): Nack {
  const sequences: number[] = [];
  let beyond = 0;
  for (let place = at + nackHeaderLength; place + 4 <= end; place += 4) {
    const first = ((bytes[place] ?? 0) << 8) | (bytes[place + 1] ?? 0);
    const following = ((bytes[place + 2] ?? 0) << 8) | (bytes[place + 3] ?? 0);
    const asked = 1 + ones(following);
    if (sequences.length + asked > most) {
      beyond += asked;
      continue;
    }
    sequences.push(first);
    for (let bit = 0; bit < 16; bit++) if ((following >>> bit) & 1) sequences.push((first + bit + 1) & 0xffff);
  }
  return { type: 'Nack', mediaSsrc: bytes.readUInt32BE(at + 8), sequences, beyond };
}

/** How many bits are set. */
function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
