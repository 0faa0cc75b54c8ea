import type { Refusal } from '../room/refusal.ts';

export const unknownSession: Refusal = {
  reason: 'UnknownSession',
  detail: 'This session has ended, or never was. Make a new one with a POST to the endpoint.',
};
