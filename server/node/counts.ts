import type { MediaSnapshot } from '../media/plane.ts';
import type { JoinCounts } from '../session/joins.ts';
import type { Watched } from './watch.ts';

/** What the server has counted, as the node's statistics name it. Pure. */
export function nodeCounts(
  { publisher, subscriber }: JoinCounts,
  { totals: { rtp, feedback, forwardSeconds } }: Pick<MediaSnapshot, 'totals'>,
): Awaited<ReturnType<Watched['counts']>> {
  return {
    publishAttempts: publisher.Received,
    publishSuccesses: publisher.Media,
    publishCancels: publisher.Canceled,
    subscribeAttempts: subscriber.Received,
    subscribeSuccesses: subscriber.Media,
    subscribeCancels: subscriber.Canceled,
    answered: publisher.Answered + subscriber.Answered,
    iceConnected: publisher.IceConnected + subscriber.IceConnected,
    dtlsConnected: publisher.DtlsConnected + subscriber.DtlsConnected,
    packetsIn: rtp.in.initial.packets + rtp.in.retransmission.packets,
    bytesIn: rtp.in.initial.bytes + rtp.in.retransmission.bytes,
    packetsOut: rtp.out.initial.packets + rtp.out.retransmission.packets,
    bytesOut: rtp.out.initial.bytes + rtp.out.retransmission.bytes,
    retransmittedPacketsOut: rtp.out.retransmission.packets,
    retransmittedBytesOut: rtp.out.retransmission.bytes,
    nacks: feedback.nack.in + feedback.nack.out,
    forwardSeconds: forwardSeconds.sum,
    forwardMeasured: forwardSeconds.counts.reduce((sum, count) => sum + count, 0),
  };
}
