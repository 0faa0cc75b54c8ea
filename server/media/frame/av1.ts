import { readSequenceHeader } from './av1-sequence-header.ts';
import { type Bits, emptyBits, startAt } from './bits.ts';
import { clear, emptyFrame, type Frame, type FrameReader } from './frame.ts';

/** Types of OBUs (AV1 section 6.2.2). */
const obu = { sequenceHeader: 1, frameHeader: 3, frame: 6 } as const;

/**
 * AV1 (RTP Payload Format For AV1, section 4): a byte that says how what follows is cut, then OBUs or parts of them, each
 * behind its size; but where their number is told, the last goes up to the end.
 *
 *   Z Y W N │ size │ OBU … │ size │ OBU … │ OBU …         OBU: type, X, S │ TID SID, if X │ size, if S │ …
 *
 * All OBUs of a packet are of one layer. The marker ends all layers of a moment; the ends of each are told by the dependency
 * descriptor alone.
 */
export function av1Reader(): FrameReader {
  const frame = emptyFrame();
  const bits = emptyBits();
  const cursor: Cursor = { at: 0, size: 0 };
  return (payload, marker) => {
    if (payload.length < 2) return undefined;
    clear(frame);
    frame.endsFrame = marker;
    const head = payload[0] ?? 0;
    const isContinued = (head & 0x80) !== 0;
    const count = (head >>> 4) & 0x03;
    cursor.at = 1;
    for (let element = 1; cursor.at < payload.length; element++) {
      let end = payload.length;
      if (element !== count) {
        if (!readSize(cursor, payload, end)) return undefined;
        end = cursor.at + cursor.size;
      }
      // The first may be the rest of an OBU, without its header.
      if (end > cursor.at && !(element === 1 && isContinued)) readObu(frame, bits, payload, cursor, end);
      cursor.at = end;
    }
    const startsSequence = (head & 0x08) !== 0 || frame.hasParameters;
    frame.startsKeyFrame = startsSequence && !isContinued && (frame.isKeyFrame || !frame.startsFrame);
    return frame;
  };
}

/** Where the reading stands, and the size that was read last. */
interface Cursor {
  at: number;
  size: number;
}

/** `leb128()` of AV1 section 4.10.5: 7 bits a byte, the lowest first. False when it says more than there is before `end`. */
function readSize(cursor: Cursor, payload: Buffer, end: number): boolean {
  let size = 0;
  for (let i = 0; i < 8 && cursor.at < end; i++) {
    const byte = payload[cursor.at++] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    cursor.size = size;
    return size <= end - cursor.at;
  }
  return false;
}

function readObu(frame: Frame, bits: Bits, payload: Buffer, cursor: Cursor, end: number): void {
  const head = payload[cursor.at++] ?? 0;
  if ((head & 0x04) !== 0 && cursor.at < end) {
    const layer = payload[cursor.at++] ?? 0;
    frame.temporalId = layer >>> 5;
    frame.spatialId = (layer >>> 3) & 0x03;
  }
  // Packets need no sizes inside OBUs; encoders that leave them in are let off. The size of a part is that of the whole.
  if ((head & 0x02) !== 0) readSize(cursor, payload, end);
  if (cursor.at >= end) return;
  const type = (head >>> 3) & 0x0f;
  if (type === obu.sequenceHeader) {
    frame.hasParameters = true;
    startAt(bits, payload, cursor.at, end);
    readSequenceHeader(bits, frame);
  } else if (type === obu.frame || type === obu.frameHeader) {
    // AV1 section 5.9.2: show_existing_frame, then two bits for the type, 0 being a key frame.
    const isKeyFrame = (payload[cursor.at] ?? 0) >>> 5 === 0;
    frame.isKeyFrame ||= isKeyFrame;
    frame.startsFrame = true;
  }
}
