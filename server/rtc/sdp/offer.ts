import type { ExtensionIds, Kind } from '#server/media/plane.ts';
import { type Fingerprint, fingerprints } from '../dtls/fingerprint.ts';
import { type OfferedCodec, offeredCodecs } from './codec.ts';
import { offeredExtensions } from './extensions.ts';
import { type IceCredentials, iceCredentials } from './ice-credentials.ts';
import {
  type Attribute,
  allValues,
  firstValue,
  type MediaLines,
  quoted,
  SdpError,
  type SessionLines,
  sdpLines,
} from './sdp.ts';
import { type OfferedEncoding, offeredEncodings } from './simulcast.ts';

/** An m-section of an offer that an answer can be given to. */
export interface OfferedMedia {
  readonly place: string;
  readonly kind: Kind;
  readonly mid: string;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly codecs: readonly OfferedCodec[];
  readonly extensions: ExtensionIds;
  /** Whether the form of header extensions may differ from packet to packet (RFC 8285 section 4.1.2). */
  readonly mixesForms: boolean;
  /** Of a publisher that sends several encodings of the track; else empty. */
  readonly encodings: readonly OfferedEncoding[];
  /** The media's own stream, not its retransmissions. */
  readonly ssrc?: number;
  readonly reducedSizeRtcp: boolean;
}

/** A whole offer: one transport for all m-sections (BUNDLE, RFC 9143). */
export interface Offer extends IceCredentials {
  readonly fingerprints: readonly Fingerprint[];
  /** Our `a=setup`: whether we begin the DTLS handshake, or wait for it. */
  readonly ourSetup: 'active' | 'passive';
  readonly media: readonly OfferedMedia[];
}

const malformed = (message: string) => new SdpError('malformed', message);
const unusable = (message: string) => new SdpError('unusable', message);

/**
 * Reads an offer of a client that wants to `send` (WHIP) or `receive` (WHEP). Throws an {@link SdpError} whose message
 * names what is wrong and where. Whole or not at all: no m-section is dropped silently (RFC 9725 section 4.4.3).
 */
export function offer(text: string, wants: 'send' | 'receive'): Offer {
  const session = sdpLines(text);
  const media = session.media.map((lines) => offeredMedia(lines, session, wants));
  for (const kind of ['audio', 'video'] as const) {
    if (media.filter((section) => section.kind === kind).length > 1)
      throw unusable(`More than one ${kind} m-section is offered; a room has one ${kind} track.`);
  }
  checkBundle(session, media);
  const transport = transportAttributes(session);
  const ours = ourSetup(transport);
  return { ...iceCredentials(transport), fingerprints: fingerprints(transport), ourSetup: ours, media };
}

function offeredMedia(lines: MediaLines, session: SessionLines, wants: 'send' | 'receive'): OfferedMedia {
  const { place, kind, attributes, protocol, formats } = lines;
  if (kind !== 'audio' && kind !== 'video')
    throw unusable(`${place}: only audio and video can be offered; leave out m=${kind}.`);
  if (!/^UDP\/TLS\/RTP\/SAVPF?$/.test(protocol))
    throw unusable(`${place}: the protocol must be UDP/TLS/RTP/SAVPF (DTLS-SRTP), not ${quoted(protocol)}.`);
  if (lines.port === 0 && firstValue(attributes, 'bundle-only') === undefined)
    throw unusable(`${place}: port 0 refuses the section; leave it out of the offer.`);
  if (firstValue(attributes, 'rtcp-mux') === undefined)
    throw unusable(`${place}: a=rtcp-mux is missing; RTP and RTCP must share a port.`);
  const mid = firstValue(attributes, 'mid');
  if (mid !== undefined && !/^[\w!#$%&'*+.^`{|}~-]{1,32}$/.test(mid))
    throw malformed(`${place}: a=mid is not a token of at most 32 characters.`);
  if (mid === undefined && session.media.length > 1)
    throw malformed(`${place}: a=mid is missing; BUNDLE needs it in every m-section.`);
  checkDirection(lines, session, wants);
  const ssrc = mediaSsrc(attributes);
  return {
    place,
    kind,
    mid: mid ?? '0',
    protocol,
    formats,
    codecs: offeredCodecs(lines),
    extensions: offeredExtensions([...attributes, ...session.attributes], wants),
    mixesForms: [...attributes, ...session.attributes].some(({ name }) => name === 'extmap-allow-mixed'),
    encodings: wants === 'send' && kind === 'video' ? offeredEncodings(attributes) : [],
    ...(ssrc !== undefined && { ssrc }),
    reducedSizeRtcp: firstValue(attributes, 'rtcp-rsize') !== undefined,
  };
}

function checkDirection({ place, attributes }: MediaLines, session: SessionLines, wants: 'send' | 'receive') {
  const isDirection = ({ name }: Attribute) => /^(sendrecv|sendonly|recvonly|inactive)$/.test(name);
  const direction = (attributes.find(isDirection) ?? session.attributes.find(isDirection))?.name ?? 'sendrecv';
  const good = wants === 'send' ? 'sendonly' : 'recvonly';
  if (direction !== good && direction !== 'sendrecv') {
    const role = wants === 'send' ? 'A publisher' : 'A player';
    throw unusable(`${place} is a=${direction}. ${role} offers a=${good} (or a=sendrecv).`);
  }
}

/** All m-sections must share one transport: there is one UDP port, and one DTLS association a client. */
function checkBundle(session: SessionLines, media: readonly OfferedMedia[]) {
  const mids = new Set(media.map(({ mid }) => mid));
  if (mids.size < media.length)
    throw malformed('Two m-sections have the same a=mid; give each one of its own (RFC 5888 section 4).');
  if (media.length === 1) return;
  const groups = allValues(session.attributes, 'group').map((value) => value.trim().split(/ +/));
  const bundled = new Set(groups.find(([semantics]) => semantics === 'BUNDLE')?.slice(1));
  const missing = media.find(({ mid }) => !bundled.has(mid));
  if (missing) throw unusable(`${missing.place} is not in a=group:BUNDLE; all m-sections must share one transport.`);
}

/**
 * The attributes that describe the transport: those of the first m-section, as the others are bundled with it, then
 * those of the session, which hold where a section has none of its own.
 */
function transportAttributes({ attributes, media }: SessionLines): readonly Attribute[] {
  return [...(media[0]?.attributes ?? []), ...attributes];
}

/**
 * Which of the two roles in DTLS is ours (RFC 5763 section 5): the server's, so that clients can begin as soon as they
 * have found their way, but for a client that takes no other.
 */
function ourSetup(transport: readonly Attribute[]): Offer['ourSetup'] {
  const setup = firstValue(transport, 'setup');
  if (setup === undefined) throw malformed('a=setup is missing; offer a=setup:actpass.');
  if (setup === 'passive') return 'active';
  if (setup !== 'actpass' && setup !== 'active')
    throw unusable(`a=setup:${setup.slice(0, 20)} leaves nobody to begin with DTLS; offer a=setup:actpass.`);
  return 'passive';
}

/** The first SSRC of the FID group, whose second is the retransmissions'; without a group, the first there is. */
function mediaSsrc(attributes: readonly Attribute[]): number | undefined {
  const group = allValues(attributes, 'ssrc-group').find((value) => value.startsWith('FID '));
  const [, ssrc] = /(?:^|^FID +)(\d{1,10})(?: |$)/.exec(group ?? firstValue(attributes, 'ssrc') ?? '') ?? [];
  return ssrc !== undefined && Number(ssrc) > 0 && Number(ssrc) <= 0xffffffff ? Number(ssrc) : undefined;
}
