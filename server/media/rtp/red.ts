/**
 * Sound with redundancy (RED, RFC 2198): each packet repeats those before it, so that one that is lost is still heard. The
 * blocks are all of the same codec; the last is the primary one, which is what the packet would be without redundancy.
 *
 *   │1│ type (7) │ offset of its timestamp (14) │ length (10) │ … once for each that repeats │0│ type (7) │ blocks │ primary
 */
import type { PayloadCodec } from '../plane.ts';
import { emptyPacket, type MediaPacket, maxPayload } from './packet-cache.ts';

/** How a track of a publisher's is sent with redundancy. */
export interface Redundancy {
  readonly payloadType: number;
  /** Of the blocks: the codec that it is sent by otherwise. */
  readonly blockType: number;
  /** Where the primary blocks are copied to, and the views of them by length, made when first used. */
  readonly primary: MediaPacket;
  readonly copy: Buffer;
  readonly copies: (Buffer | undefined)[];
}

/** Undefined for a track without. Allocates: once for each track. */
export function redundancy(codecs: readonly PayloadCodec[]): Redundancy | undefined {
  for (const { payloadType, blockType } of codecs)
    if (blockType !== undefined)
      return {
        payloadType,
        blockType,
        primary: emptyPacket(),
        copy: Buffer.allocUnsafeSlow(maxPayload),
        copies: [],
      };
  return undefined;
}

/** More than encoders repeat: 9 at most in Chromium, and one if not told otherwise. */
const maxBlocks = 16;
const headLength = 4;

/**
 * Finds the blocks of a packet, if it is one with redundancy. False for one that is cut short, has too many of them or none
 * that is primary, or of another type than agreed on: nothing of it can be used. One of nothing but padding, as browsers
 * send it to find out what their link carries, has no block, and is as good as any.
 */
export function readBlocks(packet: MediaPacket, by: Redundancy | undefined): boolean {
  packet.blocks = 0;
  packet.primaryAt = 0;
  if (packet.payloadType !== by?.payloadType) return true;
  const { payload, hasPadding } = packet;
  const end = payload.length - (hasPadding ? (payload[payload.length - 1] ?? 0) : 0);
  if (end === 0 && payload.length > 0) return true;
  let repeated = 0;
  for (let at = 0, blocks = 1; at < end && blocks <= maxBlocks; at += headLength, blocks++) {
    const head = payload[at] ?? 0;
    if ((head & 0x7f) !== by.blockType) return false;
    if (head < 0x80) {
      packet.primaryAt = at + 1 + repeated;
      packet.blocks = blocks;
      return packet.primaryAt < end;
    }
    repeated += (((payload[at + 2] ?? 0) & 0x03) << 8) | (payload[at + 3] ?? 0);
  }
  return false;
}

/** Writes the type of all blocks, for one subscriber; for the next it is written again. For a packet that has some. */
export function writeBlockType({ payload, blocks }: MediaPacket, type: number): void {
  const last = headLength * (blocks - 1);
  for (let at = 0; at < last; at += headLength) payload[at] = 0x80 | type;
  payload[last] = type;
}

/** The packet as it would be without redundancy, for those who do not know it. The same object every time. */
export function primaryOf(packet: MediaPacket, { blockType, primary, copy, copies }: Redundancy): MediaPacket {
  const { payload, primaryAt } = packet;
  const length = payload.length - primaryAt;
  payload.copy(copy, 0, primaryAt);
  const view = copies[length] ?? copy.subarray(0, length);
  copies[length] = view;
  primary.index = packet.index;
  primary.timestamp = packet.timestamp;
  primary.marker = packet.marker;
  primary.hasPadding = packet.hasPadding;
  primary.payloadType = blockType;
  primary.payload = view;
  primary.elements = packet.elements;
  return primary;
}
