/**
 * Which m-sections of an offer share a transport, and which one of them it is that of (BUNDLE, RFC 9143). Pure.
 *
 *   a=group:BUNDLE v a     v is refused ─► that of a     v has port 0 ─► that of a, unless a is refused     else that of v
 */
import type { AnsweredMedia } from './answer.ts';
import type { OfferedMedia } from './offer.ts';
import { allValues, firstValue, type MediaLines, SdpError, type SessionLines } from './sdp.ts';

/**
 * The m-sections in the order of the offer's first group, without those that are not in it; none where there is no
 * group.
 */
export function bundledSections({ attributes, media }: SessionLines): readonly MediaLines[] {
  const groups = allValues(attributes, 'group').map((value) => value.trim().split(/ +/));
  const [, ...mids] = groups.find(([semantics]) => semantics === 'BUNDLE') ?? [];
  // Each once: a line has room for a thousand, and each section's attributes are read with those of all in its group.
  return [...new Set(mids)].flatMap(
    (mid) => media.find((section) => firstValue(section.attributes, 'mid') === mid) ?? [],
  );
}

/** All m-sections must share one transport: there is one UDP port, and one DTLS association a client. A lone one does. */
export function checkBundle(media: readonly OfferedMedia[]) {
  const mids = new Set(media.map(({ mid }) => mid));
  if (mids.size < media.length)
    throw new SdpError(
      'malformed',
      'Two m-sections have the same a=mid; give each one of its own (RFC 5888 section 4).',
    );
  const outside = media.find(({ bundlePlace }) => bundlePlace < 0);
  if (media.length > 1 && outside)
    throw new SdpError(
      'unusable',
      `${outside.place} is not in a=group:BUNDLE; all m-sections must share one transport.`,
    );
}

/** The m-sections of the answer's group, the tagged one first; none where none was offered (RFC 9143 section 7.3). */
export function answeredGroup(media: readonly AnsweredMedia[]): readonly OfferedMedia[] {
  const bundled = accepted(media).filter(({ bundlePlace }) => bundlePlace >= 0);
  const inOrder = bundled.toSorted((a, b) => a.bundlePlace - b.bundlePlace);
  // Port 0 says that it is the transport of another section. Where that one is refused, there is no group by the RFC, and
  // nothing left to play; but who offers so has one transport, whichever section names it.
  const tagged = inOrder.find(({ isBundleOnly }) => !isBundleOnly) ?? inOrder[0];
  return tagged === undefined ? [] : [tagged, ...inOrder.filter((section) => section !== tagged)];
}

/**
 * The section that has the transport of all, on both sides: the first in the group's order that the answer does not
 * refuse (RFC 9143 section 7.3.1), or the lone one of an offer without a group.
 */
export function taggedSection(media: readonly AnsweredMedia[]): OfferedMedia {
  const tagged = answeredGroup(media)[0] ?? accepted(media)[0];
  if (tagged === undefined) throw new RangeError('an answer takes one section at least');
  return tagged;
}

const accepted = (media: readonly AnsweredMedia[]) =>
  media.filter(({ codecs }) => codecs.length > 0).map(({ offered }) => offered);
