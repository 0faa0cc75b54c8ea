/** What an egress thread tells ingress by the clock: which encodings are used, and which viewers were heard of. */
import type { Client, MediaState } from '../media-state.ts';
import type { EgressEvents } from './egress.ts';

/** Together with the time between two reports less than that after which a client is asked whether it is there. */
const heardEveryMs = 1000;
/** Several times in the time for which it is believed. */
const usedEveryMs = 250;

interface Audience extends Pick<MediaState, 'rooms'> {
  readonly viewersByNumber: ReadonlyMap<number, Client>;
}

/** A function that tells what is due: to be called with the time, more often than anything is. `beganMs` is when the thread began. */
export function tellIngress(audience: Audience, events: EgressEvents, beganMs: number): (nowMs: number) => void {
  let [usedToldMs, heardToldMs] = [beganMs, beganMs];
  return (nowMs) => {
    if (nowMs - usedToldMs >= usedEveryMs) {
      tellUsed(audience, events);
      usedToldMs = nowMs;
    }
    if (nowMs - heardToldMs >= heardEveryMs) {
      tellHeard(audience, events, heardToldMs);
      heardToldMs = nowMs;
    }
  };
}

function tellUsed({ rooms }: Audience, events: EgressEvents): void {
  for (const { id, publisher } of rooms.values()) {
    const used = (publisher?.streams ?? []).flatMap(({ track: { rid }, sinks, waiting }, place) =>
      rid !== undefined && sinks.length + waiting.length > 0 ? [place] : [],
    );
    if (used.length > 0) events.onUsed(id, used);
  }
}

function tellHeard({ viewersByNumber }: Audience, events: EgressEvents, sinceMs: number): void {
  const heard = [...viewersByNumber.values()]
    .filter(({ transport }) => transport.lastHeardMs >= sinceMs)
    .map(({ transport: { id, lastHeardMs } }) => [id, lastHeardMs] as const);
  if (heard.length > 0) events.onHeard(Object.fromEntries(heard));
}
