/** What the server tells of itself as it happens. Metrics are made of it; who tells knows nothing of them. */
import type { eventMetric } from '#crds/event-metrics.ts';
import type { httpMetric } from '#crds/http-metrics.ts';
import type { Denial } from './access/verdict.ts';
import type { EventType } from './events/session-event.ts';
import type { Kind } from './media/plane.ts';
import type { RefusalReason } from './room/refusal.ts';
import type { Role } from './room/room.ts';
import type { SessionEnd } from './session/session-end.ts';

type RequestLabels = (typeof httpMetric)['httpRequests']['labels'];
/** A path without what differs from client to client. */
export type Route = RequestLabels['route'][number];
export type Method = RequestLabels['method'][number];
/** What becomes of a request for a session of another pod; and of one that another pod passes on to us. */
export type PassedOn = (typeof httpMetric)['requestsPassedOn']['labels']['result'][number];
export type TakenOver = (typeof httpMetric)['requestsTakenOver']['labels']['result'][number];
export type ErrorType = (typeof httpMetric)['errors']['labels']['type'][number];

/** A request of the public port. */
export interface AskedRequest {
  readonly route: Route;
  readonly method: Method;
  /** `namespace/name`; absent when there is no such room, so that strangers cannot make up series. */
  readonly room?: string;
}

/** How a request ended. Sizes are those of the bodies, where there are some. */
export interface RequestAnswer {
  readonly status: number;
  readonly seconds: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
}

export interface HttpMeter {
  /** The request's head is here. */
  asked(request: AskedRequest): void;
  /** It is over: answered, or left by its client, which is status 499. */
  answered(request: AskedRequest, answer: RequestAnswer): void;
  /** It never became a request: nobody read its path, or its method, or knows when it began. */
  unread(status: number): void;
  refused(reason: RefusalReason): void;
  /** There were as many as there may be. */
  connectionRefused(): void;
  unauthorized(role: Role, why: Denial): void;
  passedOn(result: PassedOn): void;
  takenOver(result: TakenOver): void;
}

/** How far a session has come. Its offer has been answered when there is one. */
export type Step = 'Answered' | 'IceConnected' | 'DtlsConnected' | 'Media' | 'FirstFrame';

export interface MeteredSession {
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
}

export interface SessionMeter {
  /** A session begins: its offer has been taken. */
  opened(session: MeteredSession): void;
  /** `sinceAsked` counts from the request with the offer, `sinceAnswered` from its answer; both in seconds. */
  reached(
    session: MeteredSession,
    step: Step,
    after: { readonly sinceAsked: number; readonly sinceAnswered: number },
  ): void;
  /** `last` is the last step that it reached. */
  ended(
    session: MeteredSession,
    end: { readonly reason: SessionEnd; readonly last: Step; readonly seconds: number },
  ): void;
  /** A room that nobody was in gets its first session. */
  roomEntered(room: string): void;
  /** A room's last session has ended; the first began `seconds` ago. */
  roomLeft(room: string, seconds: number): void;
  /** A track of an offer could not be served. */
  codecMissing(room: string, kind: Kind): void;
  /** A publisher has connected, and sent nothing for a while. */
  sentNothing(room: string): void;
  /** A session was refused for want of places. */
  roomFull(room: string): void;
}

/** What viewers are told as it happens. */
export interface EventMeter {
  /** A connection that reads a stream, and how it ended. */
  eventStream(status: (typeof eventMetric)['eventConnections']['labels']['status'][number]): void;
  /** `seconds` is the time since it happened, or since somebody reads. */
  eventSent(type: EventType, event: { readonly bytes: number; readonly seconds: number }): void;
  eventDropped(reason: (typeof eventMetric)['eventsDropped']['labels']['reason'][number]): void;
}

export interface Meter extends HttpMeter, SessionMeter, EventMeter {
  /** A fault of the server's own. */
  failed(type: ErrorType): void;
}

const sessionVerbs = [
  'opened',
  'reached',
  'ended',
  'roomEntered',
  'roomLeft',
  'codecMissing',
  'sentNothing',
  'roomFull',
] as const satisfies readonly (keyof SessionMeter)[];

const verbs = [
  'asked',
  'answered',
  'unread',
  'refused',
  'connectionRefused',
  'unauthorized',
  'passedOn',
  'takenOver',
  ...sessionVerbs,
  'eventStream',
  'eventSent',
  'eventDropped',
  'failed',
] as const satisfies readonly (keyof Meter)[];

/** One meter that tells several, each of which listens for what concerns it. */
export function meterOf(listeners: readonly Partial<Meter>[]): Meter {
  const tellAll = (verb: keyof Meter) => {
    const calls = listeners.flatMap((listener) => listener[verb] ?? []) as ((...event: unknown[]) => void)[];
    return (...event: unknown[]) => {
      for (const call of calls) call(...event);
    };
  };
  return Object.fromEntries(verbs.map((verb) => [verb, tellAll(verb)])) as unknown as Meter;
}

/** A listener of somebody else's: what it throws, or rejects with, is told to `onError` and stops nobody. */
export function guarded(listener: Partial<SessionMeter>, onError: (error: unknown) => void): Partial<SessionMeter> {
  const guard = (verb: keyof SessionMeter) => {
    const call = listener[verb] as ((...event: unknown[]) => unknown) | undefined;
    return call && ((...event: unknown[]) => void Promise.try(() => call.apply(listener, event)).catch(onError));
  };
  return Object.fromEntries(sessionVerbs.map((verb) => [verb, guard(verb)])) as Partial<SessionMeter>;
}
