import { type Bits, emptyBits, flag, skip, startAt, take } from './bits.ts';
import { clear, emptyFrame, type Frame, type FrameReader } from './frame.ts';
import { type PictureId, readPictureId } from './picture-id.ts';

/**
 * VP9 (RFC 9628 section 4.2). Positions are bytes from the beginning of the payload, 0 where there is none.
 *
 *   I P L F B E V Z │ M PictureID (7 or 15 bits) │ TID U SID D │ TL0PICIDX, unless F │ up to 3 references, if P and F │
 *   scalability structure, if V │ frame …
 */
export interface Vp9Frame extends Frame, PictureId {
  /** Bytes of the descriptor. */
  headerLength: number;
  /** Counts pictures of temporal layer 0, modulo 256. */
  baseLayerIndexAt: number;
  baseLayerIndex: number;
  /** Predicted from pictures before it. */
  isInterPredicted: boolean;
  /** Higher temporal layers behind it refer to none of theirs before it: whoever saw only up to this layer can go up here. */
  isSwitchingUp: boolean;
  /** Predicted from the spatial layer below. */
  isInterLayerPredicted: boolean;
  /** No higher spatial layer of this picture is predicted from it. */
  isDiscardable: boolean;
  hasStructure: boolean;
}

/** `startsFrame` and `endsFrame` are those of one spatial layer's part, as the descriptor has it; the RTP marker ends them all. */
export function vp9Reader(): FrameReader<Vp9Frame> {
  const bits = emptyBits();
  const frame: Vp9Frame = {
    ...emptyFrame(),
    headerLength: 0,
    pictureIdAt: 0,
    isLongPictureId: false,
    pictureId: 0,
    baseLayerIndexAt: 0,
    baseLayerIndex: 0,
    isInterPredicted: false,
    isSwitchingUp: false,
    isInterLayerPredicted: false,
    isDiscardable: false,
    hasStructure: false,
  };
  return (payload) => {
    if (payload.length < 2) return undefined;
    clear(frame);
    const first = payload[0] ?? 0;
    frame.isInterPredicted = (first & 0x40) !== 0;
    frame.startsFrame = (first & 0x08) !== 0;
    frame.endsFrame = (first & 0x04) !== 0;
    frame.hasStructure = (first & 0x02) !== 0;
    frame.isDiscardable = (first & 0x01) !== 0;
    let at = readLayer(frame, payload, first);
    if ((first & 0x50) === 0x50) at = behindReferences(payload, at);
    if (frame.hasStructure) at = readStructure(frame, payload, at);
    if (at >= payload.length) return undefined;
    frame.headerLength = at;
    // An upper layer's part of a key picture is written as one that is predicted.
    const isLowest = frame.spatialId <= 0 && !frame.isInterLayerPredicted;
    if (frame.startsFrame && isLowest && !frame.isInterPredicted) readKeyFrame(frame, bits, payload);
    return frame;
  };
}

function readLayer(frame: Vp9Frame, payload: Buffer, first: number): number {
  let at = 1;
  frame.pictureIdAt = 0;
  frame.baseLayerIndexAt = 0;
  frame.isSwitchingUp = false;
  frame.isInterLayerPredicted = false;
  if ((first & 0x80) !== 0) at = readPictureId(frame, payload, at);
  if ((first & 0x20) === 0) return at;
  const layer = payload[at++] ?? 0;
  frame.temporalId = layer >>> 5;
  frame.isSwitchingUp = (layer & 0x10) !== 0;
  frame.spatialId = (layer >>> 1) & 0x07;
  frame.isInterLayerPredicted = (layer & 0x01) !== 0;
  if ((first & 0x10) === 0) {
    frame.baseLayerIndexAt = at;
    frame.baseLayerIndex = payload[at++] ?? 0;
  }
  return at;
}

/** The lowest bit of each says whether another follows. A fourth is against the format; the payload then begins too late. */
function behindReferences(payload: Buffer, from: number): number {
  let at = from;
  while (at < payload.length && ((payload[at] ?? 0) & 0x01) !== 0) at += 1;
  return at - from > 2 ? payload.length : at + 1;
}

/**
 * RFC 9628 section 4.2.1: sizes of the spatial layers, lowest first; then pictures of a group, each with its references. A
 * size here is worth more than that in the frame, which is the lowest layer's.
 */
function readStructure(frame: Vp9Frame, payload: Buffer, from: number): number {
  let at = from;
  const head = payload[at++] ?? 0;
  if ((head & 0x10) !== 0) {
    at += 4 * ((head >>> 5) + 1);
    if (at > payload.length) return at;
    frame.width = payload.readUInt16BE(at - 4);
    frame.height = payload.readUInt16BE(at - 2);
  }
  if ((head & 0x08) === 0) return at;
  for (let pictures = payload[at++] ?? 0; pictures > 0; pictures--) at += 1 + (((payload[at] ?? 0) >>> 2) & 0x03);
  return at;
}

const syncCode = 0x498342;
/** CS_RGB: such pictures have no subsampling to tell of. */
const rgb = 7;

/** The uncompressed header (VP9 bitstream specification section 6.2), which says whether P = 0 stands for a key frame. */
function readKeyFrame(frame: Vp9Frame, bits: Bits, payload: Buffer): void {
  startAt(bits, payload, frame.headerLength, payload.length);
  if (take(bits, 2) !== 2) return;
  const profile = take(bits, 1) + 2 * take(bits, 1);
  if (profile === 3) skip(bits, 1);
  const isShownAgain = flag(bits);
  const isPredicted = flag(bits);
  if (isShownAgain || isPredicted || bits.isExhausted) return;
  frame.isKeyFrame = true;
  frame.startsKeyFrame = true;
  frame.hasParameters = true;
  if (frame.width > 0) return;
  skip(bits, 2);
  if (take(bits, 24) !== syncCode) return;
  if (profile >= 2) skip(bits, 1);
  const hasFreeSubsampling = (profile & 1) === 1;
  if (take(bits, 3) !== rgb) skip(bits, hasFreeSubsampling ? 4 : 1);
  else if (hasFreeSubsampling) skip(bits, 1);
  const width = take(bits, 16) + 1;
  const height = take(bits, 16) + 1;
  if (bits.isExhausted) return;
  frame.width = width;
  frame.height = height;
}
