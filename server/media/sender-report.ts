import { type DownStream, resendsPerReport } from './down-stream.ts';
import type { NtpTime } from './rtcp.ts';
import { senderReport, sourceDescription } from './rtcp-write.ts';
import { type Send, sendRtcp } from './transport.ts';

/**
 * Tells a subscriber which time its timestamps mean, by the publisher's own clock: only that one is the same for its
 * audio and its video. Until the publisher has said so there is nothing to tell.
 */
export function reportSending(down: DownStream, nowMs: number, send: Send): void {
  down.resendBudget = resendsPerReport;
  const { source, track, transport } = down;
  if (source?.report === undefined) return;
  const { ntp, timestamp, atMs } = source.report;
  const elapsedMs = nowMs - atMs;
  const now = Math.round(timestamp + (elapsedMs * source.clockRate) / 1000 + down.timestampShift) >>> 0;
  const sent = { packets: down.sentPackets, octets: down.sentOctets };
  const report = senderReport(track.ssrc, later(ntp, elapsedMs), now, sent);
  sendRtcp(transport, [report, sourceDescription(track.ssrc, track.cname)], send);
}

function later({ seconds, fraction }: NtpTime, byMs: number): NtpTime {
  const sum = fraction / 0x1_0000_0000 + byMs / 1000;
  const whole = Math.floor(sum);
  return { seconds: (seconds + whole) >>> 0, fraction: Math.floor((sum - whole) * 0x1_0000_0000) };
}
