import type { Codec } from '#crds/rooms-file.ts';
import type { Kind } from '#server/media/plane.ts';
import { type Attribute, allValues, type MediaLines } from './sdp.ts';

/** A payload type of an offer that carries one of our codecs. */
export interface OfferedCodec {
  readonly codec: Codec;
  /** Equal names can be forwarded to one another; see {@link codecName}. */
  readonly name: string;
  readonly payloadType: number;
  readonly rtxPayloadType?: number;
  /** Of RED alone: the payload type of what it repeats. */
  readonly blockType?: number;
  readonly clockRate: number;
  /** As the offer has it after the payload type, such as `H264/90000`; the answer repeats it. */
  readonly rtpmap: string;
  readonly fmtp?: string;
  readonly nack: boolean;
  readonly pli: boolean;
  readonly fir: boolean;
  /** Feedback by transport-wide sequence numbers, and by the receiver's estimate of its link. */
  readonly transportWide: boolean;
  readonly remb: boolean;
}

export const kindOf: Readonly<Record<Codec, Kind>> = {
  H264: 'video',
  VP8: 'video',
  VP9: 'video',
  AV1: 'video',
  Opus: 'audio',
  RED: 'audio',
};

/** rtpmap of each codec, in lower case. */
const encodings: ReadonlyMap<string, Codec> = new Map([
  ['h264/90000', 'H264'],
  ['vp8/90000', 'VP8'],
  ['vp9/90000', 'VP9'],
  ['av1/90000', 'AV1'],
  ['opus/48000/2', 'Opus'],
  ['red/48000/2', 'RED'],
]);

/** The payload types of an m-section that we know, in the offer's order; one for each name. */
export function offeredCodecs(media: MediaLines): readonly OfferedCodec[] {
  const rtpmaps = byPayloadType(media.attributes, 'rtpmap');
  const fmtps = byPayloadType(media.attributes, 'fmtp');
  const rtxOf = retransmissions(rtpmaps, fmtps);
  const offered = new Set(allValues(media.attributes, 'rtcp-fb').map((value) => value.trim()));
  const has = (payloadType: number, feedback: string) =>
    offered.has(`${payloadType} ${feedback}`) || offered.has(`* ${feedback}`);
  const seen = new Set<string>();
  return media.formats.flatMap((format) => {
    const payloadType = Number(format);
    const rtpmap = rtpmaps.get(payloadType);
    const codec = encodings.get(rtpmap?.toLowerCase() ?? '');
    if (codec === undefined || rtpmap === undefined || kindOf[codec] !== media.kind) return [];
    const fmtp = fmtps.get(payloadType);
    const blockType = codec === 'RED' ? onlyBlockType(fmtp) : undefined;
    if (codec === 'RED' && blockType === undefined) return [];
    const name = codecName(codec, fmtp);
    if (seen.has(name)) return [];
    seen.add(name);
    const rtxPayloadType = rtxOf.get(payloadType);
    return [
      {
        codec,
        name,
        payloadType,
        ...(rtxPayloadType !== undefined && { rtxPayloadType }),
        ...(blockType !== undefined && { blockType }),
        clockRate: Number(rtpmap.split('/')[1]),
        rtpmap,
        ...(fmtp !== undefined && { fmtp }),
        nack: has(payloadType, 'nack'),
        pli: has(payloadType, 'nack pli'),
        fir: has(payloadType, 'ccm fir'),
        transportWide: has(payloadType, 'transport-cc'),
        remb: has(payloadType, 'goog-remb'),
      },
    ];
  });
}

/** `a=rtpmap:96 VP8/90000` as 96 → `VP8/90000`. Payload types have 7 bits. */
function byPayloadType(attributes: readonly Attribute[], name: string): ReadonlyMap<number, string> {
  const values = new Map<number, string>();
  for (const value of allValues(attributes, name)) {
    const space = value.indexOf(' ');
    const payloadType = value.slice(0, space);
    const rest = value.slice(space).trim();
    if (space > 0 && isPayloadType(payloadType) && rest !== '') values.set(Number(payloadType), rest);
  }
  return values;
}

const isPayloadType = (text: string) => /^\d{1,3}$/.test(text) && Number(text) < 128;

/** Payload type → that of its retransmissions (`apt`, RFC 4588 section 8.6). */
function retransmissions(rtpmaps: ReadonlyMap<number, string>, fmtps: ReadonlyMap<number, string>) {
  const found = new Map<number, number>();
  for (const [payloadType, rtpmap] of rtpmaps) {
    if (!/^rtx\//i.test(rtpmap)) continue;
    const original = Number(formatParameter(fmtps.get(payloadType), 'apt'));
    if (Number.isInteger(original) && !found.has(original)) found.set(original, payloadType);
  }
  return found;
}

/** The payload type that all blocks have, of `a=fmtp:<RED> 111/111` (RFC 2198 section 5); undefined where they differ. */
function onlyBlockType(fmtp: string | undefined): number | undefined {
  const types = new Set((fmtp ?? '').split('/').map((type) => type.trim()));
  const [type = ''] = types;
  return types.size === 1 && /^\d{1,3}$/.test(type) ? Number(type) : undefined;
}

/** The last value of that name, which is in lower case, in `a=b;c=d`. */
function formatParameter(fmtp: string | undefined, name: string): string | undefined {
  let found: string | undefined;
  for (const pair of fmtp?.split(';') ?? []) {
    const [key, value = ''] = pair.toLowerCase().includes(name) ? pair.split('=', 2) : [];
    if (key?.trim().toLowerCase() === name) found = value.trim();
  }
  return found;
}

/**
 * What decides whether one client can decode what another sends. For H264 that is the profile and the packetization
 * mode, for VP9 and AV1 the profile; the level is not part of it, since every client of ours allows levels to differ between the directions.
 */
function codecName(codec: Codec, fmtp: string | undefined): string {
  switch (codec) {
    case 'Opus':
      return 'audio/opus';
    case 'RED':
      return 'audio/red';
    case 'VP8':
      return 'video/vp8';
    // RFC 9628 section 6 and RTP Payload Format For AV1, section 7.2.1: 0 where none is named.
    case 'VP9':
      return `video/vp9;${profile(fmtp, 'profile-id')}`;
    case 'AV1':
      return `video/av1;${profile(fmtp, 'profile')}`;
    case 'H264': {
      const mode = formatParameter(fmtp, 'packetization-mode') ?? '0';
      return `video/h264;${h264Profile(formatParameter(fmtp, 'profile-level-id') ?? '')};${mode === '1' ? 1 : 0}`;
    }
  }
}

function profile(fmtp: string | undefined, name: string): string {
  const value = formatParameter(fmtp, name) ?? '0';
  return /^\d$/.test(value) ? value : '0';
}

/**
 * The profile of a `profile-level-id` (RFC 6184 section 8.1, table 5), written with level 3.1. Baseline counts as
 * Constrained Baseline: what sets them apart (FMO, ASO, redundant slices) no encoder of today produces.
 */
function h264Profile(named: string): string {
  // Baseline, where none is named that can be.
  const profileLevelId = /^[\da-f]{6}$/i.test(named) ? named : '42000a';
  const idc = Number.parseInt(profileLevelId.slice(0, 2), 16);
  const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
  if (idc === 0x42 || (idc === 0x4d && (constraints & 0x80) !== 0)) return '42e01f';
  if (idc === 0x58 && (constraints & 0x80) !== 0) return '42e01f';
  if (idc === 0x4d) return '4d001f';
  if (idc === 0x64) return (constraints & 0x0c) === 0x0c ? '640c1f' : '64001f';
  return `${profileLevelId.slice(0, 4).toLowerCase()}1f`;
}
