/** AV1 made by hand: OBUs and the RTP payloads that carry them. */
import { bitWriter } from './bit-writer.ts';

export interface SequenceHeader {
  readonly width: number;
  readonly height: number;
  /** How many bits width and height are written in. */
  readonly sizeBits: number;
  readonly isReduced: boolean;
  /** num_ticks_per_picture_minus_1; undefined: pictures do not come at equal times; none at all: no timing. */
  readonly timing: { readonly ticks: number | undefined; readonly delayBits: number | undefined } | undefined;
  readonly hasInitialDelays: boolean;
  /** Level of each operating point, and whether it has delays of its own. */
  readonly points: readonly { readonly level: number; readonly hasDelays: boolean }[];
}

export const simple: SequenceHeader = {
  width: 1280,
  height: 720,
  sizeBits: 11,
  isReduced: false,
  timing: undefined,
  hasInitialDelays: false,
  points: [{ level: 5, hasDelays: false }],
};

/** AV1 section 5.5.1, up to what follows the size. */
export function sequenceHeader(of: SequenceHeader): Buffer {
  const bits = bitWriter().put(0, 3).flag(of.isReduced).flag(of.isReduced);
  if (of.isReduced) bits.put(5, 5);
  else {
    bits.flag(of.timing !== undefined);
    if (of.timing !== undefined) {
      const { ticks, delayBits } = of.timing;
      bits
        .put(1, 32)
        .put(60, 32)
        .flag(ticks !== undefined);
      if (ticks !== undefined) bits.exponential(ticks);
      bits.flag(delayBits !== undefined);
      if (delayBits !== undefined)
        bits
          .put(delayBits - 1, 5)
          .put(1, 32)
          .put(3, 5)
          .put(4, 5);
    }
    bits.flag(of.hasInitialDelays).put(of.points.length - 1, 5);
    for (const { level, hasDelays } of of.points) {
      bits.put(0x101, 12).put(level, 5);
      if (level > 7) bits.flag(true);
      if (of.timing?.delayBits !== undefined) {
        bits.flag(hasDelays);
        if (hasDelays) bits.put(1, of.timing.delayBits).put(1, of.timing.delayBits).flag(true);
      }
      if (of.hasInitialDelays) bits.flag(hasDelays);
      if (of.hasInitialDelays && hasDelays) bits.put(9, 4);
    }
  }
  bits
    .put(of.sizeBits - 1, 4)
    .put(of.sizeBits - 1, 4)
    .put(of.width - 1, of.sizeBits)
    .put(of.height - 1, of.sizeBits);
  return obu(1, bits.put(0x15, 16).bytes());
}

export const leb128 = (value: number): Buffer =>
  value < 0x80 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 0x7f) | 0x80]), leb128(value >>> 7)]);

interface ObuForm {
  readonly layer?: { readonly temporal: number; readonly spatial: number };
  readonly hasSize?: boolean;
}

/** AV1 section 5.3. */
export const obu = (type: number, content: Buffer, { layer, hasSize = false }: ObuForm = {}): Buffer =>
  Buffer.concat([
    Buffer.from([(type << 3) | (layer === undefined ? 0 : 4) | (hasSize ? 2 : 0)]),
    Buffer.from(layer === undefined ? [] : [(layer.temporal << 5) | (layer.spatial << 3)]),
    hasSize ? leb128(content.length) : Buffer.alloc(0),
    content,
  ]);

/** Types of frames: 0 key, 1 inter, 2 intra alone, 3 switch; shown, and something behind. */
export const frame = (frameType: number, form?: ObuForm): Buffer =>
  obu(6, Buffer.concat([Buffer.from([(frameType << 5) | 0x10]), Buffer.alloc(20, 0xaa)]), form);

export interface Aggregation {
  readonly isContinued?: boolean;
  readonly goesOn?: boolean;
  readonly isNewSequence?: boolean;
  /** Tells the number of elements, so that the last needs no size. */
  readonly isCounted?: boolean;
}

/** A payload of OBUs or parts of them (RTP Payload Format For AV1, section 4.4). */
export function aggregate(elements: readonly Buffer[], how: Aggregation = {}): Buffer {
  const { isContinued = false, goesOn = false, isNewSequence = false, isCounted = true } = how;
  const count = isCounted ? elements.length : 0;
  const head = (isContinued ? 0x80 : 0) | (goesOn ? 0x40 : 0) | (count << 4) | (isNewSequence ? 0x08 : 0);
  const sized = elements.map((element, i) =>
    isCounted && i === elements.length - 1 ? element : Buffer.concat([leb128(element.length), element]),
  );
  return Buffer.concat([Buffer.from([head]), ...sized]);
}
