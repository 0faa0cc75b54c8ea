import type { RefusedReason } from '../counts.ts';
import type { Subscriber } from '../room.ts';
import { emptyPacket, type MediaPacket, recall } from '../rtp/packet-cache.ts';
import { extended } from '../rtp/packet-index.ts';
import { readBlocks } from '../rtp/red.ts';
import { writeHeader } from '../rtp/rtp.ts';
import type { Send } from '../transport.ts';
import { type DownStream, notReady, sendSealed } from './down-stream.ts';
import { type Epoch, epochOf, takes, usable, writeBlocks } from './epoch.ts';
import { stamp } from './header-plan.ts';
import { allowedBps } from './link-estimate.ts';
import { writePictures } from './picture-id.ts';
import { refill, take } from './resend-budget.ts';
import { isAnswered, noteResent, resentLately } from './resent-lately.ts';

/** What went out once more, and how many packets did not. */
export interface Resent {
  packets: number;
  bytes: number;
  readonly refused: Record<RefusedReason, number>;
}

/**
 * Answers a NACK, for what former sources sent too: as RTX where it was negotiated (RFC 4588), else by the same packet once
 * more.
 */
export function resend(
  { streams, link, resends }: Subscriber,
  down: DownStream,
  sequences: readonly number[],
  nowMs: number,
  send: Send,
): Resent {
  const { transport } = down;
  const again = emptyPacket();
  const resent: Resent = { packets: 0, bytes: 0, refused: { NotKept: 0, TooSoon: 0, OverBudget: 0 } };
  if (transport.srtp === undefined || transport.port === 0) return resent;
  let sentOctets = 0;
  for (const stream of streams) sentOctets += stream.sentOctets;
  refill(resends, allowedBps(link, nowMs), sentOctets, nowMs);
  down.resentLately ??= resentLately();
  for (const sequence of sequences) {
    const index = extended(down.newestIndex, sequence);
    const epoch = epochOf(down, index);
    // What was not sent yet may still become another packet: that of whichever source is next.
    const isSent = index <= down.newestIndex;
    if (!isSent || epoch === undefined || !recall(epoch.source.cache, index - epoch.indexShift, again)) {
      resent.refused.NotKept += 1;
      continue;
    }
    const { match } = epoch;
    const packet = readBlocks(again, match.redundancy) ? usable(match, again) : again;
    if (!takes(match, packet)) continue;
    if (isAnswered(down.resentLately, index, nowMs, transport.roundTripMs)) {
      resent.refused.TooSoon += 1;
      continue;
    }
    if (!take(resends, packet.payload.length)) {
      resent.refused.OverBudget += 1;
      continue;
    }
    noteResent(down.resentLately, index, nowMs);
    resent.packets += 1;
    resent.bytes += sendAgain(down, epoch, packet, index, nowMs, send);
  }
  return resent;
}

function sendAgain(
  down: DownStream,
  epoch: Epoch,
  packet: MediaPacket,
  index: number,
  nowMs: number,
  send: Send,
): number {
  const { match, pictures, timestampShift } = epoch;
  const numbers = match.pictures[packet.payloadType]?.(packet.payload, packet.marker);
  const rtxPayloadType = match.rtxPayloadTypes[packet.payloadType] ?? -1;
  if (rtxPayloadType < 0) return sendSealed(down, epoch, packet, numbers, index, nowMs, send);
  if (numbers !== undefined) writePictures(packet.payload, numbers, pictures);
  if (packet.blocks > 0) writeBlocks(match, packet);
  const timestamp = (packet.timestamp + timestampShift) >>> 0;
  return sendRtx(down, packet, rtxPayloadType, index, timestamp, nowMs, send);
}

/** A retransmission is a stream of its own; its payload begins with the original's sequence number. */
function sendRtx(
  down: DownStream,
  packet: MediaPacket,
  payloadType: number,
  originalIndex: number,
  timestamp: number,
  nowMs: number,
  send: Send,
): number {
  const ssrc = down.track.rtxSsrc;
  const cipher = down.transport.srtp?.outgoing;
  if (ssrc === undefined || cipher === undefined) return notReady;
  const index = down.nextRtxIndex++;
  const header = down.rtxHeader ?? rtxHeader(down.header, ssrc);
  down.rtxHeader = header;
  writeHeader(header, packet.hasPadding, packet.marker, payloadType, index, timestamp);
  const payload = Buffer.allocUnsafe(packet.payload.length + 2);
  payload.writeUInt16BE(originalIndex % 0x10000, 0);
  payload.set(packet.payload, 2);
  const bytes = header.length + payload.length + cipher.overhead;
  stamp(header, down.plan, down.transport.history, bytes, nowMs);
  if (!cipher.post(header, payload, ssrc, index, down.transport)) {
    const isTaken = send(cipher.seal(header, payload, ssrc, index), down.transport);
    if (!isTaken) down.rtxHeader = undefined;
  }
  return bytes;
}

function rtxHeader(of: Buffer, ssrc: number): Buffer {
  const header = Buffer.from(of);
  header.writeUInt32BE(ssrc, 8);
  return header;
}
