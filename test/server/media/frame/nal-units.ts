/** H264 made by hand: NAL units and the RTP payloads that carry them. */
import { bitWriter } from './bit-writer.ts';

export interface SequenceParameters {
  readonly profile: number;
  /** 0: grey, 1: 4:2:0, 2: 4:2:2, 3: 4:4:4. Profiles below High have 1. */
  readonly chroma: number;
  readonly hasPlanesApart: boolean;
  /** Differences of each list, undefined for one that is not sent; none at all: no matrix. */
  readonly scaling: readonly (readonly number[] | undefined)[];
  /** pic_order_cnt_type, and the offsets of a cycle where it is 1. */
  readonly order: number;
  readonly cycle: readonly number[];
  readonly macroblocksAcross: number;
  readonly unitsDown: number;
  readonly isProgressive: boolean;
  /** Left, right, top, bottom, in the units of the format. */
  readonly crop: readonly number[];
}

export const plain: SequenceParameters = {
  profile: 66,
  chroma: 1,
  hasPlanesApart: false,
  scaling: [],
  order: 2,
  cycle: [],
  macroblocksAcross: 40,
  unitsDown: 23,
  isProgressive: true,
  crop: [0, 0, 0, 4],
};

const highProfiles = [100, 110, 122, 244];

/** A sequence parameter set (H.264 section 7.3.2.1.1), without VUI. */
export function sequenceParameters(of: SequenceParameters): Buffer {
  const bits = bitWriter().put(of.profile, 8).put(0, 8).put(31, 8).exponential(0);
  if (highProfiles.includes(of.profile)) {
    bits.exponential(of.chroma);
    if (of.chroma === 3) bits.flag(of.hasPlanesApart);
    bits.exponential(0).exponential(0).flag(false);
    bits.flag(of.scaling.length > 0);
    for (const list of of.scaling) {
      bits.flag(list !== undefined);
      for (const difference of list ?? []) bits.signed(difference);
    }
  }
  bits.exponential(0).exponential(of.order);
  if (of.order === 0) bits.exponential(2);
  if (of.order === 1) {
    bits.flag(false).signed(-3).signed(5).exponential(of.cycle.length);
    for (const offset of of.cycle) bits.signed(offset);
  }
  bits.exponential(4).flag(false);
  bits
    .exponential(of.macroblocksAcross - 1)
    .exponential(of.unitsDown - 1)
    .flag(of.isProgressive);
  if (!of.isProgressive) bits.flag(true);
  bits.flag(true);
  const isCropped = of.crop.some((edge) => edge > 0);
  bits.flag(isCropped);
  if (isCropped) for (const edge of of.crop) bits.exponential(edge);
  // No VUI, then the bit that ends a parameter set.
  return Buffer.concat([Buffer.from([0x67]), escaped(bits.flag(false).flag(true).bytes())]);
}

/** A slice's header as far as it matters, then something. Types: 0 P, 1 B, 2 I, and 5 more where the picture has no other. */
export const slice = (firstMacroblock: number, sliceType: number, header = 0x41): Buffer =>
  Buffer.concat([
    Buffer.from([header]),
    escaped(bitWriter().exponential(firstMacroblock).exponential(sliceType).put(0xabcd, 16).bytes()),
  ]);

/** Keeps zeros from looking like a start code (H.264 section 7.4.1.1). */
function escaped(bytes: Buffer): Buffer {
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && out.length >= 2 && out.at(-1) === 0 && out.at(-2) === 0) out.push(3);
    out.push(byte);
  }
  return Buffer.from(out);
}

/** Several units in one packet (RFC 6184 section 5.7.1). */
export const stapA = (...units: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x78]),
    ...units.flatMap((unit) => [Buffer.from([unit.length >>> 8, unit.length]), unit]),
  ]);

/** One unit in as many packets as it takes (RFC 6184 section 5.8). */
export function fuA(unit: Buffer, size: number): Buffer[] {
  const header = unit[0] ?? 0;
  const rest = unit.subarray(1);
  const parts = Array.from({ length: Math.ceil(rest.length / size) }, (_, i) =>
    rest.subarray(i * size, (i + 1) * size),
  );
  return parts.map((part, i) => {
    const place = (i === 0 ? 0x80 : 0) | (i === parts.length - 1 ? 0x40 : 0);
    return Buffer.concat([Buffer.from([(header & 0xe0) | 28, place | (header & 0x1f)]), part]);
  });
}
