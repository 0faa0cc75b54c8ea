import { feedbackFormat, rtcpType } from './rtcp.ts';
import { framed } from './rtcp-write.ts';
import { packetStatus, type TransportFeedback } from './transport-feedback.ts';

/** Room for the report, the name and SRTCP's trailer in a packet that no network splits. */
const maxLength = 1000;
const headerLength = 20;
const maxRun = 0x1fff;

/**
 * The feedback over the packets from number `from` on, as many as one packet can tell of; `next` is the first that it could
 * not. Of `of.statuses` it is only read whether a packet is missing; the rest is filled in. At least one of the packets
 * must have come, the last one at best: what follows the last one that came costs bytes and says nothing.
 *
 * @param feedbackCount counts the feedback packets of this sender; its lowest 8 bits are written
 */
export function writeTransportFeedback(
  ssrc: number,
  of: TransportFeedback,
  from: number,
  feedbackCount: number,
): { readonly packet: Buffer; readonly next: number } {
  const { statuses, arrivals } = of;
  const { next, deltaBytes, reference } = fillStatuses(of, from);
  const chunks: number[] = [];
  for (let at = from; at < next; at += covered(chunks.at(-1) ?? 0)) chunks.push(chunk(statuses, at, next));
  const length = headerLength + 2 * chunks.length + deltaBytes;
  const packet = framed(rtcpType.transportFeedback, feedbackFormat.transportWide, ssrc, 4 * Math.ceil(length / 4) - 8);
  packet.writeUInt32BE(of.mediaSsrc, 8);
  packet.writeUInt16BE((of.baseSequence + from) & 0xffff, 12);
  packet.writeUInt16BE(next - from, 14);
  packet.writeInt32BE(reference | (feedbackCount & 0xff), 16);
  let at = headerLength;
  for (const value of chunks) at = packet.writeUInt16BE(value, at);
  let ticks = reference;
  for (let i = from; i < next; i++) {
    if (statuses[i] === packetStatus.missing) continue;
    const delta = ((arrivals[i] ?? 0) - ticks) | 0;
    at = statuses[i] === packetStatus.smallDelta ? packet.writeUInt8(delta, at) : packet.writeInt16BE(delta, at);
    ticks = (ticks + delta) | 0;
  }
  return { packet, next };
}

/** Which deltas fit a byte, how far they reach, and the time they are counted from: a multiple of 64 ms. */
function fillStatuses({ count, statuses, arrivals }: TransportFeedback, from: number) {
  let reference = 0;
  let ticks = 0;
  let isFirst = true;
  let deltaBytes = 0;
  let next = from;
  for (; next < count; next++) {
    // A chunk of two bytes holds seven statuses at the worst.
    if (headerLength + 2 * Math.ceil((next - from + 1) / 7) + deltaBytes + 2 > maxLength) break;
    if (statuses[next] === packetStatus.missing) continue;
    const arrival = arrivals[next] ?? 0;
    if (isFirst) {
      reference = arrival & ~0xff;
      ticks = reference;
      isFirst = false;
    }
    const delta = (arrival - ticks) | 0;
    // Eight seconds apart: that takes a feedback of its own, with its own reference time.
    if (delta < -0x8000 || delta > 0x7fff) break;
    const isSmall = delta >= 0 && delta <= 0xff;
    statuses[next] = isSmall ? packetStatus.smallDelta : packetStatus.largeDelta;
    deltaBytes += isSmall ? 1 : 2;
    ticks = arrival;
  }
  return { next, deltaBytes, reference };
}

/** The chunk for the statuses from `at` on: a run where it says more than a list would. */
function chunk(statuses: Uint8Array, at: number, end: number): number {
  const first = statuses[at] ?? 0;
  let run = 1;
  while (at + run < end && run < maxRun && statuses[at + run] === first) run++;
  const isOneBit = !statuses.subarray(at, Math.min(end, at + 14)).includes(packetStatus.largeDelta);
  const symbols = isOneBit ? 14 : 7;
  if (run >= symbols || at + run === end) return (first << 13) | run;
  const bits = isOneBit ? 1 : 2;
  let list = isOneBit ? 0x8000 : 0xc000;
  for (let i = 0; i < symbols && at + i < end; i++) list |= (statuses[at + i] ?? 0) << (14 - bits * (i + 1));
  return list;
}

/** How many packets a chunk speaks of, if there are so many. */
const covered = (value: number): number => {
  if (value < 0x8000) return value & maxRun;
  return (value & 0x4000) === 0 ? 14 : 7;
};
