import { type Bits, emptyBits, exponential, startAt } from './bits.ts';
import { clear, emptyFrame, type Frame, type FrameReader } from './frame.ts';
import { readSequenceParameters } from './h264-sps.ts';

/** Types of NAL units (H.264 table 7-1, RFC 6184 table 1). */
const nal = { slice: 1, partitionA: 2, idr: 5, sps: 7, prefix: 14, lastSingle: 23, stapA: 24, fuA: 28 } as const;

/**
 * H264 (RFC 6184) in packetization modes 0 and 1: a NAL unit by itself, several in STAP-A, a part of one in FU-A. The format
 * has no mark for the beginning of a picture; that is the slice whose first macroblock is number 0. The marker ends it.
 *
 *   NAL unit │ slice header: first_mb_in_slice ue(v), slice_type ue(v) │ …
 */
export function h264Reader(): FrameReader {
  const frame = emptyFrame();
  const bits = emptyBits();
  return (payload, marker) => {
    if (payload.length < 2) return undefined;
    clear(frame);
    frame.endsFrame = marker;
    const type = (payload[0] ?? 0) & 0x1f;
    if (type === nal.stapA) readAggregate(frame, bits, payload);
    else if (type === nal.fuA) readFragment(frame, bits, payload);
    else if (type >= nal.slice && type <= nal.lastSingle) readUnit(frame, bits, payload, 0, payload.length);
    else return undefined;
    return frame;
  };
}

/** Each unit stands behind its length. One that is cut short is read as far as it goes. */
function readAggregate(frame: Frame, bits: Bits, payload: Buffer): void {
  for (let at = 1; at + 2 < payload.length; ) {
    const end = at + 2 + payload.readUInt16BE(at);
    if (end > at + 2) readUnit(frame, bits, payload, at + 2, Math.min(end, payload.length));
    at = end;
  }
}

/** The unit's type stands in the second byte; only its first part, which the highest bit marks, has a header to read. */
function readFragment(frame: Frame, bits: Bits, payload: Buffer): void {
  const header = payload[1] ?? 0;
  if (header >= 0x80) readUnit(frame, bits, payload, 1, payload.length);
  else if ((header & 0x1f) === nal.idr) frame.isKeyFrame = true;
}

/** A unit from the byte that ends in its type. */
function readUnit(frame: Frame, bits: Bits, payload: Buffer, at: number, end: number): void {
  const type = (payload[at] ?? 0) & 0x1f;
  switch (type) {
    case nal.sps:
      frame.startsKeyFrame = true;
      frame.hasParameters = true;
      startAt(bits, payload, at + 1, end, true);
      readSequenceParameters(bits, frame);
      break;
    case nal.idr:
    case nal.slice:
    case nal.partitionA:
      readSlice(frame, bits, payload, at + 1, end, type === nal.idr);
      break;
    case nal.prefix:
      readPrefix(frame, payload, at + 1, end);
      break;
  }
}

const bSlice = 1;

/** H.264 section 7.3.3. Types from 5 up say that all slices of the picture are of the type less 5. */
function readSlice(frame: Frame, bits: Bits, payload: Buffer, at: number, end: number, isIdr: boolean): void {
  if (isIdr) frame.isKeyFrame = true;
  startAt(bits, payload, at, end, true);
  const isFirst = exponential(bits) === 0 && !bits.isExhausted;
  if (isFirst) {
    frame.startsFrame = true;
    if (isIdr) frame.startsKeyFrame = true;
  }
  if (exponential(bits) % 5 === bSlice && !bits.isExhausted) frame.hasBSlice = true;
}

/** The layers of the slice behind it, where the encoder has any (H.264 section G.7.3.1.1). */
function readPrefix(frame: Frame, payload: Buffer, at: number, end: number): void {
  const isScalable = (payload[at] ?? 0) >= 0x80;
  if (!isScalable || at + 3 > end) return;
  frame.spatialId = ((payload[at + 1] ?? 0) >>> 4) & 0x07;
  frame.temporalId = (payload[at + 2] ?? 0) >>> 5;
}
