/**
 * How often one address may ask (RFC 9725 section 5: servers should limit requests that cost them something). Counted are
 * methods that make a session, or change one, and whatever goes on to another pod, which costs two of them something;
 * and who asks for relays, whose token is checked.
 */
import type { Clock } from '../room/rooms.ts';
import { buckets, type Rate } from './buckets.ts';

type RequestRates = Readonly<Record<'POST' | 'PATCH' | 'DELETE' | 'PassedOn' | 'Relays', Rate>>;

/**
 * An office may have one address for all of its people, who join when the event begins: ten times as many as
 * `joinsPerSecond` come at once. A client sends a PATCH for each of its candidates, some ten in a second.
 */
export function requestRates(joinsPerSecond: number): RequestRates {
  const times = (n: number): Rate => ({ perSecond: n * joinsPerSecond, burst: 10 * n * joinsPerSecond });
  return { POST: times(1), PATCH: times(2.5), DELETE: times(1), PassedOn: times(2.5), Relays: times(1) };
}

/** 0, or the milliseconds after which the address, as `addressKey` names it, may ask so again, by a method, `PassedOn` or `Relays`. */
export type RequestLimits = (what: string, addressKey: string) => number;

/** With 0 joins per second nobody is limited. */
export function requestLimits(clock: Pick<Clock, 'now'>, joinsPerSecond: number): RequestLimits {
  const rates = joinsPerSecond === 0 ? [] : Object.entries(requestRates(joinsPerSecond));
  const counted = new Map(rates.map(([what, rate]) => [what, buckets({ ...rate, clock })]));
  return (what, addressKey) => counted.get(what)?.take(addressKey) ?? 0;
}
