import type { ExtensionIds } from '#server/media/plane.ts';
import { passedNames } from '#server/media/rtp/passed.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { answeredGroup, taggedSection } from './bundle.ts';
import type { OfferedCodec } from './codec.ts';
import { extensionLines, needsBothForms } from './extensions.ts';
import type { OfferedMedia } from './offer.ts';
import { encodingLines } from './simulcast.ts';

/** Our end of the one transport. */
export interface LocalTransport {
  readonly iceUfrag: string;
  readonly icePwd: string;
  /** Value of a=fingerprint. */
  readonly fingerprint: string;
  /** Whether we begin the DTLS handshake. */
  readonly setup: 'active' | 'passive';
  /** Where clients reach the media port. */
  readonly candidates: readonly Endpoint[];
}

/** What we send in an m-section of a player's answer. */
export interface SentTrack {
  readonly ssrc: number;
  readonly rtxSsrc?: number;
  readonly cname: string;
}

/** The answer to one m-section: the codecs in our order, and the track when it is we who send. No codecs: it is refused. */
export interface AnsweredMedia {
  readonly offered: OfferedMedia;
  readonly codecs: readonly OfferedCodec[];
  /** Those of the offered that are used. */
  readonly extensions: ExtensionIds;
  /** The encodings that we receive, where there are several. */
  readonly rids?: readonly string[];
  readonly sent?: SentTrack;
}

/** All tracks of a room are one MediaStream, so that players keep them in step. */
const streamName = 'live';

/**
 * The SDP answer. It is complete: every candidate is in it and the ICE parameters never change, since an ICE-lite server
 * has nothing to trickle (RFC 8839 section 4). A group and names of sections stand in it where they were offered, and
 * nowhere else (RFC 9143 section 7.3, RFC 5888 section 9.2). `sessionVersion` is any number of at most 15 digits.
 */
export function answer(media: readonly AnsweredMedia[], local: LocalTransport, sessionVersion: number): string {
  const accepted = media.filter(({ codecs }) => codecs.length > 0);
  const group = answeredGroup(media);
  const tagged = taggedSection(media);
  const lines = [
    'v=0',
    `o=- ${sessionVersion} 1 IN IP4 0.0.0.0`,
    's=-',
    't=0 0',
    'a=ice-lite',
    ...(mixesForms(accepted) ? ['a=extmap-allow-mixed'] : []),
    ...(group.length > 0 ? [`a=group:BUNDLE ${group.map(({ mid }) => mid).join(' ')}`] : []),
    'a=msid-semantic: WMS *',
    ...media.flatMap((section) =>
      section.codecs.length > 0
        ? acceptedSection(section, local, section.offered === tagged)
        : refusedSection(section.offered),
    ),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Said where something may need it, for all sections, as they share a transport. */
const mixesForms = (accepted: readonly AnsweredMedia[]): boolean =>
  accepted.some(({ extensions }) =>
    passedNames.some((name) => name in extensions && needsBothForms(name, extensions)),
  ) && accepted.every(({ offered }) => offered.mixesForms);

/** Port 0 refuses; the formats mean nothing then, and there must be one (RFC 3264 section 6). */
const refusedSection = ({ kind, protocol, formats, mid }: OfferedMedia): string[] => [
  `m=${kind} 0 ${protocol} ${formats[0]}`,
  'c=IN IP4 0.0.0.0',
  ...midLine(mid),
  'a=inactive',
];

export const midLine = (mid: string): string[] => (mid === '' ? [] : [`a=mid:${mid}`]);

function acceptedSection(
  { offered, codecs, extensions, rids = [], sent }: AnsweredMedia,
  local: LocalTransport,
  isTagged: boolean,
): string[] {
  const formats = codecs.flatMap(({ payloadType, rtxPayloadType }) => [payloadType, rtxPayloadType ?? []].flat());
  return [
    `m=${offered.kind} 9 ${offered.protocol} ${formats.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...midLine(offered.mid),
    `a=ice-ufrag:${local.iceUfrag}`,
    `a=ice-pwd:${local.icePwd}`,
    `a=fingerprint:${local.fingerprint}`,
    `a=setup:${local.setup}`,
    sent ? 'a=sendonly' : 'a=recvonly',
    'a=rtcp-mux',
    ...(offered.reducedSizeRtcp ? ['a=rtcp-rsize'] : []),
    ...extensionLines(extensions),
    ...codecs.flatMap((codec) => codecLines(codec, extensions, sent !== undefined)),
    ...encodingLines(rids),
    ...(sent ? trackLines(offered.kind, sent) : []),
    // Bundled sections share the candidates of the tagged one, and all else that is said of the transport (RFC 9143
    // section 10). That they repeat it, as those of browsers do, is for clients that look for it in each.
    ...(isTagged ? [...candidateLines(local.candidates), 'a=end-of-candidates'] : []),
  ];
}

function codecLines(codec: OfferedCodec, extensions: ExtensionIds, isSent: boolean): string[] {
  const { payloadType, rtxPayloadType, rtpmap, fmtp, nack, pli, fir, transportWide, remb, clockRate } = codec;
  // A receiver makes its estimate of the times in the packets; it sends this one or the other kind of feedback.
  const isEstimated = isSent && remb && extensions.absSendTime !== undefined && extensions.transportWide === undefined;
  return [
    `a=rtpmap:${payloadType} ${rtpmap}`,
    ...(fmtp ? [`a=fmtp:${payloadType} ${fmtp}`] : []),
    ...(nack ? [`a=rtcp-fb:${payloadType} nack`] : []),
    ...(pli ? [`a=rtcp-fb:${payloadType} nack pli`] : []),
    // Only who cannot be asked the other way is asked by it.
    ...(fir && !pli ? [`a=rtcp-fb:${payloadType} ccm fir`] : []),
    ...(transportWide && extensions.transportWide ? [`a=rtcp-fb:${payloadType} transport-cc`] : []),
    ...(isEstimated ? [`a=rtcp-fb:${payloadType} goog-remb`] : []),
    ...(rtxPayloadType ? [`a=rtpmap:${rtxPayloadType} rtx/${clockRate}`] : []),
    ...(rtxPayloadType ? [`a=fmtp:${rtxPayloadType} apt=${payloadType}`] : []),
  ];
}

function trackLines(kind: string, { ssrc, rtxSsrc, cname }: SentTrack): string[] {
  const msid = `${streamName} ${kind}`;
  const ssrcs = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  return [
    `a=msid:${msid}`,
    ...(rtxSsrc === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`]),
    ...ssrcs.flatMap((id) => [`a=ssrc:${id} cname:${cname}`, `a=ssrc:${id} msid:${msid}`]),
  ];
}

/**
 * A host candidate for each address. Those of IPv4 stand first: ffmpeg tries the first one alone, and more clients lack
 * IPv6 than IPv4.
 */
export const candidateLines = (endpoints: readonly Endpoint[]): readonly string[] =>
  endpoints.toSorted((a, b) => Number(isIPv6(a)) - Number(isIPv6(b))).map(candidateLine);

const isIPv6 = ({ address }: Endpoint) => address.includes(':');

/** The priority of the only component's only host candidate (RFC 8445 section 5.1.2), lower for each further one. */
function candidateLine({ address, port }: Endpoint, index: number): string {
  const priority = 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255;
  return `a=candidate:${index + 1} 1 udp ${priority} ${address} ${port} typ host`;
}
