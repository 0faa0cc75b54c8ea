import {
  emptyFeedback,
  nextTransportFeedback,
  packetStatus,
  type TransportFeedback,
} from '#server/media/rtp/transport-feedback.ts';
import { writeTransportFeedback } from '#server/media/rtp/transport-feedback-write.ts';

/** When packets in a row came, in ticks of 250 µs; undefined: missing. */
export type Ticks = readonly (number | undefined)[];

/** A feedback that says so. */
export function feedback(ticks: Ticks, baseSequence = 0): TransportFeedback {
  const of = emptyFeedback();
  of.mediaSsrc = 0xcafebabe;
  of.baseSequence = baseSequence;
  of.count = ticks.length;
  for (const [i, tick] of ticks.entries()) {
    of.statuses[i] = tick === undefined ? packetStatus.missing : packetStatus.smallDelta;
    of.arrivals[i] = tick ?? 0;
  }
  return of;
}

/** What a feedback says. */
export const ticksOf = (of: TransportFeedback | undefined): (number | undefined)[] =>
  Array.from({ length: of?.count ?? 0 }, (_, i) =>
    of?.statuses[i] === packetStatus.missing ? undefined : of?.arrivals[i],
  );

/** The first transport-wide feedback of a compound. */
export const read = (compound: Buffer): TransportFeedback | undefined => {
  const into = emptyFeedback();
  return nextTransportFeedback(compound, 0, into) < 0 ? undefined : into;
};

/** All the packets that it takes to write a feedback. */
export function written(of: TransportFeedback, firstCount = 0): Buffer[] {
  const packets: Buffer[] = [];
  for (let from = 0; from < of.count; ) {
    const { packet, next } = writeTransportFeedback(7, of, from, firstCount + packets.length);
    packets.push(packet);
    from = next;
  }
  return packets;
}
