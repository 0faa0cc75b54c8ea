/** What we tell the publisher: what is missing, how well it is received, that a key frame is wanted. */

import { hasCodec } from '../down/down-stream.ts';
import type { Client } from '../media-state.ts';
import { newlyLost } from '../rtp/loss-count.ts';
import { middleNtp } from '../rtp/rtcp.ts';
import { fullIntra, nack, pictureLoss, receiverReport, sourceDescription } from '../rtp/rtcp-write.ts';
import type { TransportFeedback } from '../rtp/transport-feedback.ts';
import { sendFeedback, sendRtcp } from '../transport.ts';
import type { World } from '../world.ts';
import { takeFeedback } from './arrival-log.ts';
import { tellHints } from './ingest.ts';
import { noteKeyFrameRequest } from './ingest-quality.ts';
import { isUsed } from './layers.ts';
import { giveUp, takeDue } from './missing.ts';
import { takeReport } from './reception.ts';
import { tellLayers } from './told-layers.ts';
import type { Publisher, UpStream } from './up-stream.ts';

/** An encoder that makes key frames for each of many viewers starves them all. */
const keyFrameRequestEveryMs = 500;

/** Asks for a key frame if one is wanted, or if a subscriber still waits for its first, at most twice a second. */
export function askForKeyFrame(of: Publisher, stream: UpStream, nowMs: number, world: World): void {
  const { source, track } = stream;
  if (source === undefined || track.kind !== 'video' || !(track.pli || track.fir)) return;
  if (nowMs - stream.lastKeyFrameRequestMs < keyFrameRequestEveryMs) return;
  if (!isUsed(of, stream, nowMs) && !stream.isWantedElsewhere) return;
  const isWaitedFor = stream.waiting.length > 0 || stream.sinks.some((sink) => isWaiting(stream, sink));
  if (!stream.isKeyFrameWanted && !isWaitedFor) return;
  stream.lastKeyFrameRequestMs = nowMs;
  stream.isKeyFrameWanted = false;
  stream.isWantedElsewhere = false;
  const { send, tally, requestKeyFrame } = world;
  if (requestKeyFrame !== undefined) {
    requestKeyFrame(of, stream);
    return;
  }
  const { rtcpSsrc } = of.transport;
  const request = track.pli ? pictureLoss(rtcpSsrc, source.ssrc) : fullIntra(rtcpSsrc, source.ssrc, stream.firs++);
  if (!sendFeedback(of.transport, request, send)) return;
  noteKeyFrameRequest(source.quality, nowMs);
  tally.feedback(track.pli ? 'pli' : 'fir', 'out');
}

/** Could be sent media, and is not, for want of a key frame. */
const isWaiting = (stream: UpStream, sink: UpStream['sinks'][number]): boolean =>
  sink.epoch?.source !== stream.source &&
  sink.transport.srtp !== undefined &&
  sink.transport.port !== 0 &&
  !sink.transport.isGone &&
  hasCodec(sink);

/** Asks the room's publisher for a key frame, for a subscriber that can now be sent to. */
export function wantKeyFrames({ room }: Client, world: World): void {
  const publisher = room?.publisher;
  if (publisher === undefined) return;
  for (const stream of publisher.streams) askForKeyFrame(publisher, stream, world.now(), world);
}

/** Asks again for what is missing. */
export function askForMissing(of: Publisher, stream: UpStream, nowMs: number, { send, tally }: World): void {
  const { source } = stream;
  if (source === undefined || nowMs < source.missing.nextDueMs) return;
  if (!isUsed(of, stream, nowMs)) {
    giveUp(source.missing);
    return;
  }
  const { due, hasGivenUp } = takeDue(source.missing, nowMs);
  // Viewers lack it as well: nothing but a key frame helps them.
  if (hasGivenUp) stream.isKeyFrameWanted = stream.track.kind === 'video';
  if (due.length === 0) return;
  const sequences = due.map((index) => index % 0x10000);
  if (!sendFeedback(of.transport, nack(of.transport.rtcpSsrc, source.ssrc, sequences), send)) return;
  tally.feedback('nack', 'out');
  tally.nacked('out', sequences.length);
}

/** Tells when packets came, ten times a second, where the publisher numbers them for that. `scratch` is overwritten. */
export function reportArrivals(of: Publisher, nowMs: number, { send }: World, scratch: TransportFeedback): void {
  const { transport, streams, arrivals } = of;
  if (arrivals === undefined) return;
  const mediaSsrc = streams.find(({ source }) => source !== undefined)?.source?.ssrc ?? 0;
  for (const packet of takeFeedback(arrivals.log, transport.rtcpSsrc, mediaSsrc, nowMs, scratch))
    sendFeedback(transport, packet, send);
}

/** The receiver report of a second, and what else there is to say to a publisher. */
export function reportReception(of: Publisher, nowMs: number, world: World): void {
  const { send, tally } = world;
  tellHints(of, nowMs, world);
  tellLayers(of, nowMs, world);
  const { transport, streams } = of;
  const blocks = streams.flatMap(({ source, track: { kind } }) => {
    if (source === undefined || source.reception.received === 0) return [];
    const { report, reception, ssrc, clockRate } = source;
    const isHeard = reception.received > reception.receivedPrior;
    const last = report && { middleNtp: middleNtp(report.ntp), atMs: report.atMs };
    const block = takeReport(reception, ssrc, last, nowMs);
    // Of an interval in which nothing came there is nothing to tell.
    if (isHeard)
      tally.reported('in', kind, {
        lost: newlyLost(source.loss, block.cumulativeLost, Number.POSITIVE_INFINITY),
        lossRatio: block.fractionLost / 256,
        jitterSeconds: block.jitter / clockRate,
      });
    return [block];
  });
  const name = sourceDescription(transport.rtcpSsrc, transport.cname);
  sendRtcp(transport, [receiverReport(transport.rtcpSsrc, blocks.slice(0, 31)), name], send);
}
