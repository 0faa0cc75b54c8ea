/** Whether an RTP payload holds the beginning of a frame that a decoder can start with. */
export type StartsKeyFrame = (payload: Buffer) => boolean;

/** By the codec's name as in `PayloadCodec`. A codec that is not known here, such as audio, can start anywhere. */
export function keyFrameDetector(codecName: string): StartsKeyFrame {
  if (codecName === 'video/vp8') return startsVp8KeyFrame;
  if (codecName.startsWith('video/h264')) return startsH264KeyFrame;
  return () => true;
}

/**
 * VP8 (RFC 7741 section 4.2): behind a payload descriptor of 1 to 6 bytes, the first partition of a frame begins with a
 * byte whose lowest bit is 0 in key frames.
 */
export function startsVp8KeyFrame(payload: Buffer): boolean {
  const first = payload[0] ?? 0;
  const isStart = (first & 0x10) !== 0 && (first & 0x07) === 0;
  if (payload.length < 2 || !isStart) return false;
  let at = 1;
  if ((first & 0x80) !== 0) {
    const extensions = payload[at++] ?? 0;
    if ((extensions & 0x80) !== 0) at += ((payload[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
    if ((extensions & 0x40) !== 0) at += 1;
    if ((extensions & 0x30) !== 0) at += 1;
  }
  return at < payload.length && ((payload[at] ?? 1) & 0x01) === 0;
}

const nal = { idr: 5, sps: 7, stapA: 24, fuA: 28 } as const;

/**
 * H264 (RFC 6184): a sequence parameter set or the first slice of an IDR picture, by itself, inside STAP-A, or the first
 * part of FU-A. Encoders that cut pictures into slices are common, and a later slice leaves out the top of the picture.
 */
export function startsH264KeyFrame(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === nal.stapA) return holdsKeyNal(payload);
  if (type === nal.fuA) {
    const header = payload[1] ?? 0;
    return header >= 0x80 && startsPicture(header & 0x1f, payload[2] ?? 0);
  }
  return startsPicture(type, payload[1] ?? 0);
}

function holdsKeyNal(aggregate: Buffer): boolean {
  for (let at = 1; at + 2 < aggregate.length; ) {
    if (startsPicture((aggregate[at + 2] ?? 0) & 0x1f, aggregate[at + 3] ?? 0)) return true;
    at += 2 + aggregate.readUInt16BE(at);
  }
  return false;
}

/** A slice begins with the number of its first macroblock, of which 0 is written as a single 1 bit (H.264 section 9.1). */
const startsPicture = (type: number, next: number): boolean => type === nal.sps || (type === nal.idr && next >= 0x80);
