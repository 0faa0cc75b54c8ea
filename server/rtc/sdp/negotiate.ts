import type { Codec } from '#crds/rooms-file.ts';
import { canTellTime } from '#server/media/down/header-plan.ts';
import type { DownTrack, Kind, PayloadCodec, UpTrack } from '#server/media/plane.ts';
import { passedNames } from '#server/media/rtp/passed.ts';
import type { AnsweredMedia } from './answer.ts';
import { kindOf, type OfferedCodec } from './codec.ts';
import { codecWords } from './codec-words.ts';
import { needsBothForms, usedExtensions } from './extensions.ts';
import type { Offer, OfferedMedia } from './offer.ts';
import { SdpError } from './sdp.ts';
import { usedEncodings } from './simulcast.ts';

/** What an answer is made of, and what the media plane is told. */
export interface Negotiated<Track> {
  readonly media: readonly AnsweredMedia[];
  readonly tracks: readonly Track[];
}

/** With the one codec that was chosen. */
type PublishedMedia = AnsweredMedia & Required<Pick<AnsweredMedia, 'rids'>> & { readonly chosen: OfferedCodec };

/**
 * A publisher's tracks. Each has exactly one codec, the room's first that the publisher has: so it is known what is
 * sent, and a player that lacks it can be told so. Redundancy is left to the publisher, unless the room asks for it.
 */
export function negotiatePublish(offer: Offer, codecs: readonly Codec[]): Negotiated<UpTrack> {
  const media = offer.media.map((offered): PublishedMedia => {
    const [chosen] = preferred(offered, codecs);
    if (chosen === undefined) throw noCodec(offered, codecs);
    const { extensions } = offered;
    // Without the names in its packets nobody can tell the encodings apart.
    const rids = extensions.rid === undefined ? [] : usedEncodings(offered.encodings, chosen.payloadType);
    const used = usedExtensions(extensions, [
      'mid',
      ...(chosen.transportWide ? (['transportWide'] as const) : []),
      ...(rids.length > 0 ? (['rid', 'repairedRid'] as const) : []),
      ...passedNames,
    ]);
    return { offered, chosen, codecs: withRedundancy(offered, chosen, codecs), extensions: used, rids };
  });
  return { media, tracks: media.map(upTrack) };
}

const upTrack = ({ offered, chosen, codecs, extensions, rids }: PublishedMedia): UpTrack => ({
  kind: offered.kind,
  mid: offered.mid,
  extensions,
  ...(rids.length > 0 ? { rids } : offered.ssrc !== undefined && { ssrc: offered.ssrc }),
  codecs: [chosen, ...codecs.filter((codec) => codec !== chosen)].map(payloadCodec),
  nack: chosen.nack,
  pli: chosen.pli,
  fir: chosen.fir,
});

/**
 * A player's tracks: what the publisher sends now comes first, then whatever else of the room's codecs the player has,
 * for a publisher that comes back with another codec. Players ask for sound and picture without knowing the room, so a
 * kind that it never has is refused by itself. `randomSsrc` yields a new 32-bit number at each call.
 */
export function negotiatePlay(
  offer: Offer,
  codecs: readonly Codec[],
  published: readonly UpTrack[],
  { randomSsrc, cname }: { readonly randomSsrc: () => number; readonly cname: string },
): Negotiated<DownTrack> {
  // It costs a good deal of feedback, which nothing comes of where all are sent the same.
  const hasChoice = published.some(({ rids }) => rids !== undefined);
  const hasKind = ({ kind }: OfferedMedia) => ofKind(codecs, kind).length > 0;
  const media = offer.media.map((offered): AnsweredMedia => {
    if (!hasKind(offered) && offer.media.some(hasKind)) return { offered, codecs: [], extensions: {} };
    const usable = preferred(offered, codecs);
    if (usable.length === 0) throw noCodec(offered, codecs);
    const sentNow = published.find(({ kind }) => kind === offered.kind)?.codecs[0]?.name;
    const now = usable.filter(({ name }) => name === sentNow);
    if (sentNow !== undefined && now.length === 0) throw notSentNow(offered, sentNow, usable);
    const ordered = [...now, ...usable.filter(({ name }) => name !== sentNow)].flatMap((codec) => [
      codec,
      ...redundancyOf(offered, codec),
    ]);
    const isRetransmitted = ordered.some(({ rtxPayloadType }) => rtxPayloadType !== undefined);
    const sent = { ssrc: randomSsrc(), ...(isRetransmitted && { rtxSsrc: randomSsrc() }), cname };
    const isTimed = canTellTime({ nack: ordered.some(({ nack }) => nack), codecs: ordered });
    const isNumbered = hasChoice && ordered.some(({ transportWide }) => transportWide);
    const timed = isNumbered ? (['mid', 'transportWide'] as const) : (['mid', 'absSendTime'] as const);
    const passed = passedNames.filter((name) => mixesForms(offer) || !needsBothForms(name, offered.extensions));
    const extensions = usedExtensions(offered.extensions, [...(isTimed ? timed : (['mid'] as const)), ...passed]);
    return { offered, codecs: ordered, extensions, sent };
  });
  return { media, tracks: media.flatMap(({ sent, ...section }) => (sent ? [downTrack({ ...section, sent })] : [])) };
}

const downTrack = ({ offered, codecs, extensions, sent }: Required<Omit<AnsweredMedia, 'rids'>>): DownTrack => ({
  kind: offered.kind,
  mid: offered.mid,
  extensions,
  ...sent,
  codecs: codecs.map(payloadCodec),
  nack: codecs.some(({ nack }) => nack),
});

const mixesForms = ({ media }: Offer): boolean => media.every((offered) => offered.mixesForms);

const payloadCodec = ({ name, payloadType, rtxPayloadType, blockType, clockRate }: OfferedCodec): PayloadCodec => ({
  name,
  payloadType,
  ...(rtxPayloadType !== undefined && { rtxPayloadType }),
  ...(blockType !== undefined && { blockType }),
  clockRate,
});

/** In the room's order; among several of one codec (H264 profiles), whole-frame packetization first, then the offer's. */
function preferred(offered: OfferedMedia, codecs: readonly Codec[]): readonly OfferedCodec[] {
  const rank = ({ codec, name }: OfferedCodec) =>
    codecs.indexOf(codec) * 2 + (codec === 'H264' && name.endsWith(';0') ? 1 : 0);
  return offered.codecs
    .filter(({ codec, blockType }) => blockType === undefined && codecs.includes(codec))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** RED is none without what it repeats. */
const ofKind = (codecs: readonly Codec[], kind: Kind) =>
  codecs.filter((codec) => kindOf[codec] === kind && codec !== 'RED');

/** How the codec is offered with redundancy, if it is. */
const redundancyOf = (offered: OfferedMedia, { payloadType }: OfferedCodec): readonly OfferedCodec[] =>
  offered.codecs.filter(({ blockType }) => blockType === payloadType);

/** Of the two, browsers send what stands first. It is the offer that decides, or a room that names RED. */
const withRedundancy = (offered: OfferedMedia, chosen: OfferedCodec, codecs: readonly Codec[]) =>
  [chosen, ...redundancyOf(offered, chosen)].toSorted((a, b) =>
    codecs.includes('RED')
      ? Number(b.codec === 'RED') - Number(a.codec === 'RED')
      : offered.codecs.indexOf(a) - offered.codecs.indexOf(b),
  );

/** The first sentence is for everybody, and shown on the publisher page; the second for the author of a client. */
function notSentNow({ place, kind }: OfferedMedia, sentNow: string, usable: readonly OfferedCodec[]): SdpError {
  const others = usable.map(({ name }) => codecWords(name)).join(' or ');
  const message = `${place}: the publisher sends ${codecWords(sentNow)}, which is not offered.`;
  return new SdpError('unusable', `${message} Offer it, or have the publisher send ${others}.`, kind);
}

function noCodec({ place, kind }: OfferedMedia, codecs: readonly Codec[]): SdpError {
  const usable = ofKind(codecs, kind);
  const message =
    usable.length === 0
      ? `This room has no ${kind}. Leave ${place} out of the offer.`
      : `This room's ${kind} is ${usable.join(' or ')}. None of that is offered in ${place}.`;
  return new SdpError('unusable', message, kind);
}
