/**
 * The RTP header of a subscriber's track: what is the same in all of them, and where in it stands what differs from packet
 * to packet besides the fixed part. It is written in place; nothing is allocated.
 *
 *   | fixed, 12 bytes | extension: profile, length | MID | abs-send-time (3) | transport-wide number (2) | zeros |
 */
import type { DownTrack, ExtensionIds, PayloadCodec } from '../plane.ts';
import { headerTemplate } from '../rtp/rtp.ts';
import { noteSent, type SendHistory } from './send-history.ts';

export interface HeaderPlan {
  /** Positions; 0 for what is not there. */
  readonly absSendTimeAt: number;
  readonly transportWideAt: number;
}

/**
 * Whether each packet may tell when it left. One that is sent again as it was would tell another time under the index it
 * had before, which gives the key away (RFC 7714 section 8.4): so only where what is sent again is a stream of its own.
 */
export const canTellTime = ({
  nack,
  codecs,
}: {
  readonly nack: boolean;
  readonly codecs: readonly Pick<PayloadCodec, 'rtxPayloadType'>[];
}): boolean => !nack || codecs.every(({ rtxPayloadType }) => rtxPayloadType !== undefined);

/** Allocates: once for each track. */
export function headerPlan(track: DownTrack): HeaderPlan & { readonly header: Buffer } {
  const elements = elementsOf(track);
  const { header, valuesAt } = headerTemplate(
    track.ssrc,
    elements.map(([, id, value]) => ({ id, value })),
  );
  const at = (name: keyof ExtensionIds): number => valuesAt[elements.findIndex(([other]) => other === name)] ?? 0;
  return { header, absSendTimeAt: at('absSendTime'), transportWideAt: at('transportWide') };
}

type Element = readonly [name: keyof ExtensionIds, id: number, value: Buffer];

function elementsOf(track: DownTrack): Element[] {
  const { mid, absSendTime, transportWide } = track.extensions;
  const isTimed = canTellTime(track) && (!track.nack || track.rtxSsrc !== undefined);
  return [
    ...(mid === undefined ? [] : [['mid', mid, Buffer.from(track.mid)] as const]),
    ...(absSendTime === undefined || !isTimed ? [] : [['absSendTime', absSendTime, Buffer.alloc(3)] as const]),
    ...(transportWide === undefined || !isTimed ? [] : [['transportWide', transportWide, Buffer.alloc(2)] as const]),
  ];
}

/** 18 binary digits behind the point, in milliseconds: seconds modulo 64 in 24 bits. */
const absSendTimePerMs = 2 ** 18 / 1000;

/** Writes what a packet of `bytes` that leaves now has of its own. Each call takes a transport-wide number. */
export function stamp(
  header: Buffer,
  { absSendTimeAt: timeAt, transportWideAt: numberAt }: HeaderPlan,
  history: SendHistory | undefined,
  bytes: number,
  nowMs: number,
): void {
  if (timeAt > 0) {
    const time = nowMs * absSendTimePerMs;
    header[timeAt] = time >>> 16;
    header[timeAt + 1] = time >>> 8;
    header[timeAt + 2] = time;
  }
  if (numberAt > 0 && history !== undefined) {
    const number = noteSent(history, bytes, nowMs);
    header[numberAt] = number >>> 8;
    header[numberAt + 1] = number;
  }
}
