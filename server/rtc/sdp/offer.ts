import type { ExtensionIds, Kind } from '#server/media/plane.ts';
import { bundledSections, checkBundle } from './bundle.ts';
import { type OfferedCodec, offeredCodecs } from './codec.ts';
import { offeredExtensions } from './extensions.ts';
import { type OfferedTransport, offeredTransport } from './offered-transport.ts';
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
  /** Empty where there is none, as is allowed of a lone section in no group. */
  readonly mid: string;
  /** In the order of the group of those that share a transport, from 0; -1 outside of it. */
  readonly bundlePlace: number;
  /** It has port 0, as it is to use the transport of another section or none (RFC 9143 section 6). */
  readonly isBundleOnly: boolean;
  /** The client's, if this is the section that has it. */
  readonly transport: OfferedTransport;
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

/** A whole offer: one transport for all m-sections, which the answer chooses of theirs (BUNDLE, RFC 9143). */
export interface Offer {
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
  const bundled = bundledSections(session);
  const media = session.media.map((lines) => offeredMedia(lines, session, bundled, wants));
  for (const kind of ['audio', 'video'] as const) {
    if (media.filter((section) => section.kind === kind).length > 1)
      throw unusable(`More than one ${kind} m-section is offered; a room has one ${kind} track.`);
  }
  checkBundle(media);
  return { media };
}

function offeredMedia(
  lines: MediaLines,
  session: SessionLines,
  bundled: readonly MediaLines[],
  wants: 'send' | 'receive',
): OfferedMedia {
  const { place, kind, attributes, protocol, formats } = lines;
  if (kind !== 'audio' && kind !== 'video')
    throw unusable(`${place}: only audio and video can be offered; leave out m=${kind}.`);
  if (!/^UDP\/TLS\/RTP\/SAVPF?$/.test(protocol))
    throw unusable(`${place}: the protocol must be UDP/TLS/RTP/SAVPF (DTLS-SRTP), not ${quoted(protocol)}.`);
  const bundlePlace = bundled.indexOf(lines);
  const isBundleOnly = lines.port === 0 && bundlePlace >= 0 && firstValue(attributes, 'bundle-only') !== undefined;
  if (lines.port === 0 && !isBundleOnly)
    throw unusable(`${place}: port 0 refuses the section; leave it out of the offer.`);
  if (!isBundleOnly && firstValue(attributes, 'rtcp-mux') === undefined)
    throw unusable(`${place}: a=rtcp-mux is missing; RTP and RTCP must share a port.`);
  const mid = firstValue(attributes, 'mid');
  if (mid !== undefined && !/^[\w!#$%&'*+.^`{|}~-]{1,32}$/.test(mid))
    throw malformed(`${place}: a=mid is not a token of at most 32 characters.`);
  if (mid === undefined && session.media.length > 1)
    throw malformed(`${place}: a=mid is missing; BUNDLE needs it in every m-section.`);
  checkDirection(lines, session, wants);
  const ssrc = mediaSsrc(attributes);
  const extensions = offeredExtensions([...attributes, ...session.attributes], wants);
  return {
    place,
    kind,
    mid: mid ?? '',
    bundlePlace,
    isBundleOnly,
    transport: offeredTransport([attributes, session.attributes, ...bundled.map((section) => section.attributes)]),
    protocol,
    formats,
    codecs: offeredCodecs(lines),
    extensions: mid === undefined ? withoutMid(extensions) : extensions,
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

/** The extension tells of a packet which section it belongs to, by its name. */
const withoutMid = ({ mid: _, ...others }: ExtensionIds): ExtensionIds => others;

/** The first SSRC of the FID group, whose second is the retransmissions'; without a group, the first there is. */
function mediaSsrc(attributes: readonly Attribute[]): number | undefined {
  const group = allValues(attributes, 'ssrc-group').find((value) => value.startsWith('FID '));
  const [, ssrc] = /(?:^|^FID +)(\d{1,10})(?: |$)/.exec(group ?? firstValue(attributes, 'ssrc') ?? '') ?? [];
  return ssrc !== undefined && Number(ssrc) > 0 && Number(ssrc) <= 0xffffffff ? Number(ssrc) : undefined;
}
