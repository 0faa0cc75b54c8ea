import { clear, emptyFrame, type Frame, type FrameReader } from './frame.ts';
import { type PictureId, readPictureId } from './picture-id.ts';

/**
 * VP8 (RFC 7741 section 4.2): a descriptor of 1 to 6 bytes, then a part of a frame. Positions are bytes from the beginning of
 * the payload, 0 where there is none: what a forwarder that leaves packets out, or changes source, has to write anew.
 *
 *   X R N S R PID │ I L T K … │ M PictureID (7 or 15 bits) │ TL0PICIDX │ TID Y KEYIDX │ frame …
 */
export interface Vp8Frame extends Frame, PictureId {
  /** Bytes of the descriptor. */
  headerLength: number;
  /** Counts pictures of temporal layer 0, modulo 256. */
  baseLayerIndexAt: number;
  baseLayerIndex: number;
  /** Where TID, Y and KEYIDX share a byte; which of them count is said by the two that follow and by `temporalId`. */
  layerAt: number;
  /** Predicted from layer 0 alone, so that whoever saw only that can go up here. */
  isLayerSync: boolean;
  hasKeyIndex: boolean;
  /** Counts key frames, modulo 32. */
  keyIndex: number;
  /** No other picture is predicted from this one. */
  isDiscardable: boolean;
}

/** VP8 without spatial layers: the marker ends the picture. */
export function vp8Reader(): FrameReader<Vp8Frame> {
  const frame: Vp8Frame = {
    ...emptyFrame(),
    headerLength: 0,
    pictureIdAt: 0,
    isLongPictureId: false,
    pictureId: 0,
    baseLayerIndexAt: 0,
    baseLayerIndex: 0,
    layerAt: 0,
    isLayerSync: false,
    hasKeyIndex: false,
    keyIndex: 0,
    isDiscardable: false,
  };
  return (payload, marker) => {
    if (payload.length < 2) return undefined;
    clear(frame);
    const first = payload[0] ?? 0;
    readDescriptor(frame, payload, first);
    if (frame.headerLength >= payload.length) return undefined;
    frame.isDiscardable = (first & 0x20) !== 0;
    frame.startsFrame = (first & 0x10) !== 0 && (first & 0x07) === 0;
    frame.endsFrame = marker;
    if (frame.startsFrame && ((payload[frame.headerLength] ?? 1) & 0x01) === 0) readKeyFrame(frame, payload);
    return frame;
  };
}

function readDescriptor(frame: Vp8Frame, payload: Buffer, first: number): void {
  const extensions = (first & 0x80) === 0 ? 0 : (payload[1] ?? 0);
  let at = (first & 0x80) === 0 ? 1 : 2;
  frame.pictureIdAt = 0;
  frame.baseLayerIndexAt = 0;
  frame.layerAt = 0;
  frame.isLayerSync = false;
  frame.hasKeyIndex = false;
  if ((extensions & 0x80) !== 0) at = readPictureId(frame, payload, at);
  if ((extensions & 0x40) !== 0) {
    frame.baseLayerIndexAt = at;
    frame.baseLayerIndex = payload[at++] ?? 0;
  }
  if ((extensions & 0x30) !== 0) {
    const layer = payload[at] ?? 0;
    frame.layerAt = at++;
    if ((extensions & 0x20) !== 0) {
      frame.temporalId = layer >>> 6;
      frame.isLayerSync = (layer & 0x20) !== 0;
    }
    frame.hasKeyIndex = (extensions & 0x10) !== 0;
    frame.keyIndex = layer & 0x1f;
  }
  frame.headerLength = at;
}

/**
 * RFC 6386 section 9.1: a tag of 3 bytes, the start code 9d 01 2a, then width and height in 14 bits each, little-endian, below
 * two bits for upscaling.
 */
function readKeyFrame(frame: Vp8Frame, payload: Buffer): void {
  frame.isKeyFrame = true;
  frame.startsKeyFrame = true;
  frame.hasParameters = true;
  const at = frame.headerLength + 3;
  if (payload.length < at + 7 || payload[at] !== 0x9d || payload[at + 1] !== 0x01 || payload[at + 2] !== 0x2a) return;
  frame.width = payload.readUInt16LE(at + 3) & 0x3fff;
  frame.height = payload.readUInt16LE(at + 5) & 0x3fff;
}
