/**
 * The RTP header of a subscriber's track: what is the same in all of them, and where in it stands what differs from packet
 * to packet besides the fixed part. It is written in place; nothing is allocated.
 *
 *   | fixed, 12 bytes | extension: profile, length | MID | abs-send-time (3) | transport-wide number (2) | zeros |
 *
 * For packets that bring along something of the publisher's there is another, see long-header.ts.
 */
import type { DownTrack, ExtensionIds, PayloadCodec } from '../plane.ts';
import { passedNames } from '../rtp/passed.ts';
import { headerTemplate } from '../rtp/rtp.ts';
import { noteSent, type SendHistory } from './send-history.ts';

/** 0 for what is not there. */
export interface Positions {
  readonly absSendTimeAt: number;
  readonly transportWideAt: number;
}

export interface HeaderPlan extends Positions {
  /** By place in `passedNames` the ids under which that is passed on, 0 for none; undefined where nothing is. */
  readonly passing: Uint8Array | undefined;
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
export function headerPlan(track: DownTrack): { readonly header: Buffer; readonly plan: HeaderPlan } {
  const elements = elementsOf(track);
  const { header, valuesAt } = headerTemplate(
    track.ssrc,
    elements.map(([, id, value]) => ({ id, value })),
  );
  const ids = passedNames.map((name) => track.extensions[name] ?? 0);
  const passing = ids.some((id) => id > 0) ? new Uint8Array(ids) : undefined;
  const { absSendTimeAt, transportWideAt } = positions(elements, valuesAt);
  return { header, plan: { absSendTimeAt, transportWideAt, passing } };
}

/** Where in a header stands what differs from packet to packet. */
export function positions(elements: readonly PlannedElement[], valuesAt: readonly number[]): Positions {
  const at = (name: keyof ExtensionIds): number => valuesAt[elements.findIndex(([other]) => other === name)] ?? 0;
  return { absSendTimeAt: at('absSendTime'), transportWideAt: at('transportWide') };
}

export type PlannedElement = readonly [name: keyof ExtensionIds, id: number, value: Buffer];

/** What stands in a header until `stamp` writes there. The same two for all tracks: a header has a copy. */
const [noTime, noNumber] = [Buffer.alloc(3), Buffer.alloc(2)];

/** What stands in each header of the track. */
export function elementsOf(track: DownTrack): PlannedElement[] {
  const { mid, absSendTime, transportWide } = track.extensions;
  const isTimed = canTellTime(track) && (!track.nack || track.rtxSsrc !== undefined);
  return [
    ...(mid === undefined ? [] : [['mid', mid, Buffer.from(track.mid)] as const]),
    ...(absSendTime === undefined || !isTimed ? [] : [['absSendTime', absSendTime, noTime] as const]),
    ...(transportWide === undefined || !isTimed ? [] : [['transportWide', transportWide, noNumber] as const]),
  ];
}

/** 18 binary digits behind the point, in milliseconds: seconds modulo 64 in 24 bits. */
const absSendTimePerMs = 2 ** 18 / 1000;

/** Writes what a packet of `bytes` that leaves now has of its own. Each call takes a transport-wide number. */
export function stamp(
  header: Buffer,
  { absSendTimeAt: timeAt, transportWideAt: numberAt }: Positions,
  history: SendHistory | undefined,
  bytes: number,
  nowMs: number,
): void {
  if (timeAt > 0) {
    const time = (nowMs * absSendTimePerMs) | 0;
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
