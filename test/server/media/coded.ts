/** Video of each codec, made by hand as its RTP payloads go through the media core. */
import type { PayloadCodec } from '#server/media/plane.ts';
import { bitWriter } from './frame/bit-writer.ts';
import { descriptor, type Structure } from './frame/descriptors.ts';
import { fuA, plain, sequenceParameters, slice, stapA } from './frame/nal-units.ts';
import { aggregate, frame, sequenceHeader, simple } from './frame/obus.ts';
import { vp8 } from './peer.ts';

/** Of one picture. Each codec carries its own part of the numbers, as many bits as it has for them. */
export interface Picture {
  readonly isKey: boolean;
  /** To know it by. */
  readonly tag: number;
  readonly number: number;
  /** TL0PICIDX. */
  readonly baseLayer: number;
  /** The first template of dependency descriptors. */
  readonly template: number;
}

export interface Part {
  readonly payload: Buffer;
  /** A dependency descriptor. */
  readonly dependency?: Buffer;
}

export interface Coded {
  readonly what: string;
  readonly codec: (payloadType: number, rtxPayloadType?: number) => PayloadCodec;
  /** The packets of a picture; the marker ends it. */
  readonly parts: (of: Picture) => readonly Part[];
}

const named =
  (name: string): Coded['codec'] =>
  (payloadType, rtxPayloadType) => ({ ...vp8(payloadType, rtxPayloadType), name });
const payloads = (...list: readonly Buffer[]): readonly Part[] => list.map((payload) => ({ payload }));
const longId = (number: number) => [0x80 | ((number >>> 8) & 0x7f), number & 0xff];

/** RFC 7741 section 4.2: X and S, then I and L. */
const vp8Long = ({ isKey, tag, number, baseLayer }: Picture) =>
  payloads(
    Buffer.of(0x90, 0xc0, ...longId(number), baseLayer & 0xff, isKey ? 0x50 : 0x51, tag),
    Buffer.of(0x80, 0xc0, ...longId(number), baseLayer & 0xff, tag),
  );
const vp8Short = ({ isKey, tag, number }: Picture) =>
  payloads(Buffer.of(0x90, 0x80, number & 0x7f, isKey ? 0x50 : 0x51, tag));

/** The beginning of the uncompressed header (VP9 bitstream specification section 6.2). */
const vp9Key = bitWriter().put(0x82, 8).put(0x498342, 24).put(1, 3).put(0, 1).put(639, 16).put(359, 16).bytes();
const vp9Delta = Buffer.of(0x86, 0x00);

/** RFC 9628 section 4.2: I, L, B, E, and P where it is predicted; the upper layer is so from the lower one. */
const vp9Layers = ({ isKey, tag, number, baseLayer }: Picture) =>
  [0, 1].map((layer) => {
    const head = Buffer.of(isKey ? 0xac : 0xec, ...longId(number), (layer << 1) | layer, baseLayer & 0xff);
    return { payload: Buffer.concat([head, isKey && layer === 0 ? vp9Key : vp9Delta, Buffer.of(tag)]) };
  });
/** I, L, F, B, E: a reference one picture back stands where the index of the base layer would. */
const vp9Flexible = ({ isKey, tag, number }: Picture) =>
  payloads(
    isKey
      ? Buffer.concat([Buffer.of(0xbc, number & 0x7f, 0), vp9Key, Buffer.of(tag)])
      : Buffer.concat([Buffer.of(0xfc, number & 0x7f, 0, 0x02), vp9Delta, Buffer.of(tag)]),
  );

const parameters = [sequenceParameters(plain), Buffer.of(0x68, 0xce, 0x0f, 0xc8)] as const;
const idr = (tag: number) => Buffer.concat([slice(0, 7, 0x65), Buffer.of(tag, tag, tag)]);
const predicted = (tag: number) => Buffer.concat([slice(0, 5), Buffer.of(tag, tag, tag)]);

/** RFC 6184: as browsers send it. Parameter sets go together; what is large goes in parts. */
const h264Together = ({ isKey, tag }: Picture) =>
  payloads(...(isKey ? [stapA(...parameters), ...fuA(idr(tag), 4)] : fuA(predicted(tag), 4)));
const h264InOne = ({ isKey, tag }: Picture) => payloads(isKey ? stapA(...parameters, idr(tag)) : predicted(tag));
/** As encoders do that have no aggregates. */
const h264Apart = ({ isKey, tag }: Picture) => payloads(...(isKey ? [...parameters, idr(tag)] : [predicted(tag)]));

/** RTP Payload Format For AV1 section 4: a key frame in two packets, the first with the sequence header. */
function av1({ isKey, tag }: Picture): readonly Part[] {
  if (!isKey) return payloads(aggregate([frame(1), Buffer.of(0x78, tag)]));
  const whole = frame(0);
  return payloads(
    aggregate([sequenceHeader(simple), whole.subarray(0, 9)], { isNewSequence: true, goesOn: true }),
    aggregate([whole.subarray(9), Buffer.of(0x78, tag)], { isContinued: true }),
  );
}

/** Two temporal layers. */
const twoLayers: Structure = {
  firstTemplate: 0,
  targets: 1,
  chains: 1,
  protectedBy: [0],
  templates: [
    { spatial: 0, temporal: 0, indications: [2], differences: [], chains: [0] },
    { spatial: 0, temporal: 1, indications: [1], differences: [1], chains: [1] },
  ],
  sizes: [],
};
/** How many templates a key frame of a codec with descriptors brings. */
export const templates = twoLayers.templates.length;

const av1Described = (of: Picture): readonly Part[] =>
  av1(of).map(({ payload }, i, { length }) => {
    const firstTemplate = of.template % 64;
    const isFirst = i === 0;
    const dependency = descriptor({
      start: isFirst,
      end: i === length - 1,
      template: (firstTemplate + (of.isKey ? 0 : 1)) % 64,
      frame: of.number % 0x10000,
      ...(of.isKey && isFirst && { structure: { ...twoLayers, firstTemplate } }),
    });
    return { payload, dependency };
  });

export const everyCodec: readonly Coded[] = [
  { what: 'VP8', codec: vp8, parts: vp8Long },
  { what: 'VP8 with short picture ids', codec: vp8, parts: vp8Short },
  { what: 'VP9 of two spatial layers', codec: named('video/vp9;0'), parts: vp9Layers },
  { what: 'VP9 in flexible mode, with short picture ids', codec: named('video/vp9;0'), parts: vp9Flexible },
  { what: 'H264 with STAP-A and FU-A', codec: named('video/h264;42e01f;1'), parts: h264Together },
  { what: 'H264 with key frames in one STAP-A', codec: named('video/h264;42e01f;1'), parts: h264InOne },
  { what: 'H264 with each unit in a packet of its own', codec: named('video/h264;42e01f;0'), parts: h264Apart },
  { what: 'AV1', codec: named('video/av1;0'), parts: av1 },
  { what: 'AV1 with dependency descriptors', codec: named('video/av1;0'), parts: av1Described },
];
