import { eventTypesOf } from '#crds/event-metrics.ts';
import type { EventType } from '../events/session-event.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';

/** The types that a POST asks for: a JSON array, or nothing for all. Throws {@link Refused} for one that there is not. */
export function wantedEvents(role: Role, body: string): readonly EventType[] {
  const types: readonly EventType[] = eventTypesOf[role];
  if (body === '') return types;
  const wanted = parsed(body);
  if (!Array.isArray(wanted) || wanted.length > maxWanted) throw new Refused(notEvents(role));
  const known = types.filter((type) => wanted.includes(type));
  if (known.length === 0 || wanted.some((name) => !types.includes(name))) throw new Refused(notEvents(role));
  return known;
}

const maxWanted = 16;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const detail = (role: Role) =>
  `Send the events that you want as a JSON array with "Content-Type: application/json", or no body for all. There are ${eventTypesOf[role].join(', ')}.`;
const notEvents = (role: Role): Refusal => ({ reason: 'BadRequest', detail: detail(role) });
export const notJson = (role: Role): Refusal => ({ reason: 'UnsupportedMediaType', detail: detail(role) });

export const notLayer: Refusal = {
  reason: 'UnsupportedMediaType',
  detail:
    'Send the layer that you want as JSON with "Content-Type: application/json", such as {"mediaId": "0", "rid": "h"}.',
};
