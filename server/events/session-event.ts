import type { eventTypesOf } from '#crds/event-metrics.ts';

export type EventType = (typeof eventTypesOf)[keyof typeof eventTypesOf][number];

/** An event as it is written, once for all who are told. */
export interface SessionEvent {
  readonly type: EventType;
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** Of a type, with its data as JSON in a single line (server-sent events of HTML, section 9.2.6). */
export const sessionEvent = (type: EventType, data: object, atMs: number): SessionEvent => ({
  type,
  bytes: Buffer.from(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
  atMs,
});
