/** Encodings of one track that a publisher sends side by side (RFC 8853, RFC 8851). Pure. */
import { type Attribute, allValues, firstValue } from './sdp.ts';

/** More layers than these no client of today sends. */
const maxEncodings = 4;

/** An encoding that is offered; its payload types where it has some and not all. */
export interface OfferedEncoding {
  readonly rid: string;
  readonly payloadTypes?: readonly number[];
}

/**
 * Those of `a=simulcast:send <rid>[,<alternative>][;…]` that an `a=rid:<rid> send` describes; of alternatives the first. None
 * where there are fewer than two: then it is a track like any other. What cannot be read is passed over, as is allowed.
 */
export function offeredEncodings(attributes: readonly Attribute[]): readonly OfferedEncoding[] {
  const described = new Map(
    allValues(attributes, 'rid').flatMap((value) => {
      const [, rid, restrictions = ''] = /^([A-Za-z0-9_-]{1,255}) send(?: (.*))?$/.exec(value.trim()) ?? [];
      if (rid === undefined) return [];
      const [, list] = /(?:^|;)pt=([\d,]+)/.exec(restrictions) ?? [];
      return [[rid, { rid, ...(list !== undefined && { payloadTypes: list.split(',').map(Number) }) }]];
    }),
  );
  const [, sent = ''] = /(?:^| )send (\S+)/.exec(firstValue(attributes, 'simulcast') ?? '') ?? [];
  // A tilde says that it is paused at first.
  const rids = new Set(sent.split(';').map((alternatives) => (alternatives.split(',')[0] ?? '').replace(/^~/, '')));
  const encodings = [...rids].flatMap((rid) => described.get(rid) ?? []).slice(0, maxEncodings);
  return encodings.length < 2 ? [] : encodings;
}

/** Those of the offered that can be of the one codec that was chosen. */
export function usedEncodings(offered: readonly OfferedEncoding[], payloadType: number): readonly string[] {
  const usable = offered.filter(({ payloadTypes }) => payloadTypes === undefined || payloadTypes.includes(payloadType));
  return usable.length < 2 ? [] : usable.map(({ rid }) => rid);
}

/** Their lines in an answer: we receive what is sent. */
export const encodingLines = (rids: readonly string[]): string[] =>
  rids.length === 0 ? [] : [...rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${rids.join(';')}`];
