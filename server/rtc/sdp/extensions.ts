/** RTP header extensions (RFC 8285): which of those that a client offers are used. Pure. */
import type { ExtensionIds } from '#server/media/plane.ts';
import { mostShortId } from '#server/media/rtp/rtp.ts';
import { type Attribute, allValues } from './sdp.ts';

type Extension = keyof ExtensionIds;

const uris: Readonly<Record<Extension, string>> = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportWide: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  playoutDelay: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  dependencyDescriptor: 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
};

const names = new Map(Object.entries(uris).map(([name, uri]) => [uri, name as Extension]));

/**
 * Those that we know among `a=extmap:<id>[/<direction>] <uri> [<attributes>]`, without those that do not go the way of the
 * media. Of several ids for one URI the first counts.
 */
export function offeredExtensions(attributes: readonly Attribute[], wants: 'send' | 'receive'): ExtensionIds {
  const isOurWay = new Set([undefined, 'sendrecv', wants === 'send' ? 'sendonly' : 'recvonly']);
  const found = new Map<Extension, number>();
  for (const value of allValues(attributes, 'extmap')) {
    const [, id, direction, uri = ''] = /^(\d{1,3})(?:\/(\w+))? +(\S+)/.exec(value) ?? [];
    const name = names.get(uri);
    if (name !== undefined && isId(Number(id)) && isOurWay.has(direction) && !found.has(name))
      found.set(name, Number(id));
  }
  return Object.fromEntries(found);
}

/** One byte holds 1 to 14, two hold up to 255; 15 ends the elements of the one-byte form, so it is nobody's. */
const isId = (id: number): boolean => id >= 1 && id <= 255 && id !== 15;

/** Those of the offered that are used: what is written or read, and nothing else. */
export const usedExtensions = (offered: ExtensionIds, used: readonly Extension[]): ExtensionIds =>
  Object.fromEntries(used.flatMap((name) => (offered[name] === undefined ? [] : [[name, offered[name]]])));

/**
 * Whether packets that bring it may have another form of header than packets without: its id is too high for the short form,
 * or it is a descriptor, of which some are too long for that. One stream has both only with `a=extmap-allow-mixed` (RFC 8285
 * section 4.1.2).
 */
export const needsBothForms = (name: Extension, { [name]: id = 0 }: ExtensionIds): boolean =>
  name === 'dependencyDescriptor' || id > mostShortId;

/** Their lines in an answer, with the offer's ids (RFC 8285 section 6). */
export const extensionLines = (extensions: ExtensionIds): string[] =>
  Object.entries(extensions).map(([name, id]) => `a=extmap:${id} ${uris[name as Extension]}`);
