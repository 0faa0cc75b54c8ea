/**
 * How often one address may ask (RFC 9725 section 5: servers should limit requests that cost them something). Only
 * methods that make a session, or change one, are counted.
 */
import type { Clock } from '../room/rooms.ts';
import { buckets, type Rate } from './buckets.ts';

/**
 * An office may have one address for all of its people, who join when the event begins: 200 come at once, and 20 a
 * second after them. A client sends a PATCH for each of its candidates, some ten in a second.
 */
export const requestRates = {
  POST: { perSecond: 20, burst: 200 },
  PATCH: { perSecond: 50, burst: 500 },
  DELETE: { perSecond: 20, burst: 200 },
} as const satisfies Readonly<Record<string, Rate>>;

export type RequestRates = Readonly<Record<keyof typeof requestRates, Rate>>;

/** 0, or the milliseconds after which the address, as `addressKey` names it, may ask so again. */
export type RequestLimits = (method: string, addressKey: string) => number;

export function requestLimits(clock: Pick<Clock, 'now'>, rates: RequestRates = requestRates): RequestLimits {
  const byMethod = new Map(Object.entries(rates).map(([method, rate]) => [method, buckets({ ...rate, clock })]));
  return (method, addressKey) => byMethod.get(method)?.take(addressKey) ?? 0;
}
