import assert from 'node:assert/strict';
import type { Condition } from '#crds/liveroom.ts';
import { conditions } from '#operator/decide/conditions.ts';
import type { Seen } from '#operator/decide/seen.ts';
import { seenRoom } from '../objects.ts';

export const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };

/** A room that works, with a publisher, unless told otherwise. */
export const seen = (traits: Partial<Seen> = {}): Seen =>
  seenRoom({
    audience: { room: { namespace: 'events', name: 'keynote', subscribers: 3, publisher } },
    ...traits,
  });

/** That condition of it. */
export const condition = (type: string, traits: Partial<Seen> = {}, reconnectGraceMs = 15_000): Condition => {
  const found = conditions(seen(traits), reconnectGraceMs).find((one) => one.type === type);
  assert.ok(found, type);
  return found;
};

/** `status/reason` and the message. */
export const says = (...asked: Parameters<typeof condition>) => {
  const { status, reason, message } = condition(...asked);
  return [`${status}/${reason}`, message] as const;
};
