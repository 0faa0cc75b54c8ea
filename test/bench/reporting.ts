import { nack, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { emptyHeader, extensionNumber, readHeader } from '#server/media/rtp/rtp.ts';
import { emptyFeedback, maxStatuses, packetStatus, ticksPerMs } from '#server/media/rtp/transport-feedback.ts';
import { writeTransportFeedback } from '#server/media/rtp/transport-feedback-write.ts';
import { sealRtcp, srtpSession } from '#server/media/srtp/srtp.ts';
import type { ReportBlock } from '#server/media/up/reception.ts';
import { transportWideId, type Viewer } from './plane-clients.ts';

/** Of the viewer itself: it sends nothing else. */
const ownSsrc = 1;
/** How far behind the newest the packets lie that are asked for again: some round trips. */
const behind = 50;

export interface Reporting {
  /** Says that it received what it was sent, but for so many packets, which it asks for again. */
  report(): void;
  /** Says when each packet came since the last time. */
  feedback(): void;
}

/** A viewer's reports. Nothing goes out before the first packet has come. */
export function reporting({ keys, ssrc, socket, send }: Viewer, askedAgain: number): Reporting {
  const session = srtpSession(keys);
  const header = emptyHeader();
  const arrivals = arrivalsSince();
  let newest = -1;
  socket.on('message', (datagram: Buffer) => {
    const [, second = 0] = datagram;
    if ((second >= 192 && second <= 223) || !readHeader(datagram, header)) return;
    arrivals.note(extensionNumber(datagram, header, transportWideId));
    if (header.ssrc === ssrc) newest = header.sequence;
  });
  const sendSealed = (compound: readonly Buffer[]): void => send(sealRtcp(session, Buffer.concat(compound)));
  return {
    report() {
      if (newest < 0) return;
      const lost = Array.from({ length: askedAgain }, (_, i) => (newest - behind + i) & 0xffff);
      sendSealed([receiverReport(ownSsrc, [blockOf(ssrc, newest)]), nack(ownSsrc, ssrc, lost)]);
    },
    feedback() {
      const packets = arrivals.take(ssrc);
      if (packets.length > 0) sendSealed(packets);
    },
  };
}

/** When packets came, by their transport-wide numbers, as far as they rise. */
function arrivalsSince() {
  const of = emptyFeedback();
  let last = -1;
  let packetsOfFeedback = 0;
  return {
    note(number: number): void {
      const at = of.count === 0 ? 0 : (number - of.baseSequence) & 0xffff;
      if (number < 0 || at >= maxStatuses || ((number - last) & 0xffff) >= 0x8000) return;
      if (of.count === 0) of.baseSequence = number;
      for (let i = of.count; i < at; i++) of.statuses[i] = packetStatus.missing;
      of.statuses[at] = packetStatus.smallDelta;
      of.arrivals[at] = Math.round(performance.now() * ticksPerMs);
      of.count = at + 1;
      last = number;
    },
    take(mediaSsrc: number): readonly Buffer[] {
      const packets: Buffer[] = [];
      of.mediaSsrc = mediaSsrc;
      for (let from = 0; from < of.count; ) {
        const { packet, next } = writeTransportFeedback(ownSsrc, of, from, packetsOfFeedback++);
        packets.push(packet);
        from = next;
      }
      of.count = 0;
      return packets;
    },
  };
}

const blockOf = (ssrc: number, highestSequence: number): ReportBlock => ({
  ssrc,
  highestSequence,
  fractionLost: 2,
  cumulativeLost: 0,
  jitter: 90,
  lastSenderReport: 0,
  delaySinceLast: 0,
});
