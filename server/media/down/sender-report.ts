import { middleNtp, ntpTime } from '../rtp/rtcp.ts';
import { senderReport, sourceDescription } from '../rtp/rtcp-write.ts';
import { type Send, sendRtcp } from '../transport.ts';
import type { DownStream } from './down-stream.ts';
import { forgetFormer } from './epoch.ts';

/** About one a second: their answers may be under way for so long. */
const reportsRemembered = 10;

/**
 * Tells a subscriber which time its timestamps mean, by the clock of up/viewers-clock.ts. Until the publisher has told the time
 * there is nothing to tell.
 */
export function reportSending(down: DownStream, nowMs: number, send: Send): void {
  forgetFormer(down, nowMs);
  const { epoch, track, transport } = down;
  if (epoch?.source.report === undefined) return;
  const { source, timestampShift } = epoch;
  const { shownMs, timestamp, atMs } = epoch.source.report;
  const elapsedMs = nowMs - atMs;
  const now = Math.round(timestamp + (elapsedMs * source.clockRate) / 1000 + timestampShift) >>> 0;
  const sent = { packets: down.sentPackets, octets: down.sentOctets };
  const time = ntpTime(shownMs + elapsedMs);
  const report = senderReport(track.ssrc, time, now, sent);
  if (!sendRtcp(transport, [report, sourceDescription(track.ssrc, track.cname)], send)) return;
  down.reportsSent = [...down.reportsSent.slice(1 - reportsRemembered), { middleNtp: middleNtp(time), atMs: nowMs }];
}
