/** The stream that retransmissions to a subscriber are (RFC 4588). */

import { ownCopy } from '../own-copy.ts';
import { type MediaPacket, retransmission } from '../rtp/packet-cache.ts';
import { writeHeader, writeSsrc } from '../rtp/rtp.ts';
import type { Send } from '../transport.ts';
import { type DownStream, longHeaderOf, notReady } from './down-stream.ts';
import { type CodecMatch, type Epoch, writeBlocks } from './epoch.ts';
import { stamp } from './header-plan.ts';
import { type LongHeader, noLongHeaders } from './long-header.ts';
import { type PictureNumbers, writePictures } from './picture-id.ts';

/**
 * Sends a packet once more; its number stands before its payload. `index` is the one that it had in the subscriber's stream,
 * `numbers` are those of its pictures as the publisher counts them. Writes into the packet's payload, whose numbers are the
 * subscriber's then; returns the bytes sent, or `notReady`.
 */
export function sendRtx(
  down: DownStream,
  { source, match, timestampShift, pictures, dependencies }: Epoch,
  packet: MediaPacket,
  numbers: PictureNumbers | undefined,
  index: number,
  nowMs: number,
  send: Send,
): number {
  const payloadType = match.rtxPayloadTypes[packet.payloadType] ?? -1;
  if (payloadType < 0) return notReady;
  if (numbers !== undefined) writePictures(packet.payload, numbers, pictures);
  if (packet.blocks > 0) writeBlocks(match, packet);
  const timestamp = (packet.timestamp + timestampShift) >>> 0;
  const payload = retransmission(source.cache, index % 0x10000, packet.payload);
  const long = longHeaderOf(down, packet, dependencies, nowMs);
  return sendOne(down, payload, packet.hasPadding, packet.marker, payloadType, timestamp, nowMs, send, long);
}

/** Those of its pictures, as the publisher counts them. */
export const numbersOf = ({ pictures }: CodecMatch, packet: MediaPacket): PictureNumbers | undefined =>
  pictures[packet.payloadType]?.(packet.payload, packet.marker);

/** RFC 3550 section 5.1: the last byte says how many there are. What names no original is dropped by who gets it. */
const padding = Buffer.alloc(255);
padding[padding.length - 1] = padding.length;

const isAgreed = (payloadType: number): boolean => payloadType >= 0;

/** Sends padding alone; returns its bytes, or `notReady`. */
export function sendPadding(down: DownStream, nowMs: number, send: Send): number {
  const payloadType = down.match.rtxPayloadTypes.find(isAgreed);
  return payloadType === undefined
    ? notReady
    : sendOne(down, padding, true, false, payloadType, down.newestTimestamp, nowMs, send);
}

function sendOne(
  down: DownStream,
  payload: Buffer,
  hasPadding: boolean,
  marker: boolean,
  payloadType: number,
  timestamp: number,
  nowMs: number,
  send: Send,
  long?: LongHeader,
): number {
  const ssrc = down.track.rtxSsrc;
  const cipher = down.transport.srtp?.outgoing;
  if (ssrc === undefined || cipher === undefined) return notReady;
  const index = down.nextRtxIndex++;
  const header = long?.header ?? shortHeader(down, ssrc);
  if (long !== undefined) writeSsrc(header, ssrc);
  writeHeader(header, hasPadding, marker, payloadType, index, timestamp);
  const bytes = header.length + payload.length + cipher.overhead;
  stamp(header, long ?? down.plan, down.transport.history, bytes, nowMs);
  if (!cipher.post(header, payload, ssrc, index, down.transport)) {
    const isTaken = send(cipher.seal(header, payload, ssrc, index), down.transport);
    if (!isTaken) letGo(down);
  }
  return bytes;
}

function shortHeader(down: DownStream, ssrc: number): Buffer {
  const header = down.rtxHeader ?? headerOf(ssrc, down.header);
  down.rtxHeader = header;
  return header;
}

function headerOf(ssrc: number, of: Buffer): Buffer {
  const header = ownCopy(of);
  writeSsrc(header, ssrc);
  return header;
}

/** The socket has it until it is sent: the next packet needs another. */
function letGo(down: DownStream): void {
  down.rtxHeader = undefined;
  down.longHeaders = noLongHeaders();
}
