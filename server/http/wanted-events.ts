import { eventTypes } from '#crds/event-metrics.ts';
import type { EventType } from '../events/viewer-event.ts';
import { type Refusal, Refused } from '../room/refusal.ts';

/** The types that a POST asks for: a JSON array, or nothing for all. Throws {@link Refused} for one that there is not. */
export function wantedEvents(body: string): readonly EventType[] {
  if (body === '') return eventTypes;
  const wanted = parsed(body);
  if (!Array.isArray(wanted) || wanted.length === 0 || wanted.length > maxWanted) throw new Refused(notEvents);
  return wanted.map((name: unknown) => {
    const type = eventTypes.find((known) => known === name);
    if (type === undefined) throw new Refused(notEvents);
    return type;
  });
}

const maxWanted = 16;

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refused(notEvents);
  }
}

const detail = `Send the events that you want as a JSON array with "Content-Type: application/json", or no body for all. There are ${eventTypes.join(', ')}.`;
const notEvents: Refusal = { reason: 'BadRequest', detail };
export const notJson: Refusal = { reason: 'UnsupportedMediaType', detail };

export const notLayer: Refusal = {
  reason: 'UnsupportedMediaType',
  detail:
    'Send the layer that you want as JSON with "Content-Type: application/json", such as {"mediaId": "0", "rid": "h"}.',
};
