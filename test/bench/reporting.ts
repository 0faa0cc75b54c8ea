import type { ReportBlock } from '#server/media/reception.ts';
import { nack, receiverReport } from '#server/media/rtcp-write.ts';
import { sealRtcp, srtpSession } from '#server/media/srtp.ts';
import type { Viewer } from './plane-clients.ts';

/** Of the viewer itself: it sends nothing else. */
const ownSsrc = 1;
/** How far behind the newest the packets lie that are asked for again: some round trips. */
const behind = 50;

/**
 * A function that sends a viewer's report: that it received what it was sent, but for so many packets, which it asks for
 * again. Nothing before the first packet has come.
 */
export function reporting({ keys, ssrc, socket, send }: Viewer, askedAgain: number): () => void {
  const session = srtpSession(keys);
  let newest = -1;
  socket.on('message', (datagram: Buffer) => {
    const [first = 0, second = 0] = datagram;
    const isRtp = first >= 128 && (second < 192 || second > 223);
    if (isRtp && datagram.readUInt32BE(8) === ssrc) newest = datagram.readUInt16BE(2);
  });
  return () => {
    if (newest < 0) return;
    const lost = Array.from({ length: askedAgain }, (_, i) => (newest - behind + i) & 0xffff);
    const compound = [receiverReport(ownSsrc, [blockOf(ssrc, newest)]), nack(ownSsrc, ssrc, lost)];
    send(sealRtcp(session, Buffer.concat(compound)));
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
