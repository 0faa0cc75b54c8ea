/**
 * The way in, as a funnel. Pure.
 *
 *   Received ─► Answered ─► IceConnected ─► DtlsConnected ─► Media
 *       └─► Rejected  └────────────┴───────────────┴─► Canceled, by somebody's will; Failed, for want of a connection
 */
import type { ClientsMet } from '#crds/pod-stats.ts';
import type { sessionMetric } from '#crds/session-metrics.ts';
import type { AskedRequest, Meter, Step } from '../meter.ts';
import type { Role } from '../room/room.ts';
import type { SessionEnd } from './session-end.ts';

export type JoinState = (typeof sessionMetric)['joins']['labels']['state'][number];

/** Who asks for a session by this request; undefined for requests that ask for something else. */
export function joins({ route, method }: AskedRequest): Role | undefined {
  if (method !== 'POST') return undefined;
  return route === 'whip' ? 'publisher' : route === 'whep' ? 'subscriber' : undefined;
}

/** What those whom it tells of are, by the events of a {@link Meter}. Each session is told of at most once in each state. */
export const joinStates = (
  tell: (role: Role, state: JoinState) => void,
): Pick<Meter, 'asked' | 'answered' | 'reached' | 'ended'> => ({
  asked: (request) => {
    const role = joins(request);
    if (role !== undefined) tell(role, 'Received');
  },
  answered: (request, { status }) => {
    const role = joins(request);
    if (role !== undefined) tell(role, status === 201 ? 'Answered' : 'Rejected');
  },
  reached: ({ role }, step) => {
    if (step === 'IceConnected' || step === 'DtlsConnected' || step === 'Media') tell(role, step);
  },
  ended: ({ role }, { reason, last }) => {
    if (last !== 'Media' && last !== 'FirstFrame') tell(role, isFailure(reason) ? 'Failed' : 'Canceled');
  },
});

const failures: readonly SessionEnd[] = [
  'Silent',
  'FingerprintMismatch',
  'BadSignature',
  'HandshakeFailed',
  'HandshakeTimeout',
  'Internal',
];

/** Whether a session ended though neither side wanted it to. */
export const isFailure = (reason: SessionEnd): boolean => failures.includes(reason);

export type ConnectionFailure = (typeof sessionMetric)['iceFailures']['labels']['reason'][number];

/** What went wrong with a session's connection; undefined where nothing did. */
export function connectionFailure(reason: SessionEnd, last: Step): ConnectionFailure | undefined {
  if (!isFailure(reason) || reason === 'Internal') return undefined;
  if (last === 'Answered') return 'Timeout';
  return last === 'IceConnected' ? 'DtlsFailed' : 'Disconnected';
}

export type JoinCounts = Readonly<Record<Role, Readonly<Record<JoinState, number>>>>;

/** Counts joins in plain numbers, and how they fared with the media port. */
export function joinCounts() {
  const none = () => ({
    Received: 0,
    Rejected: 0,
    Answered: 0,
    IceConnected: 0,
    DtlsConnected: 0,
    Media: 0,
    Canceled: 0,
    Failed: 0,
  });
  const counts = { publisher: none(), subscriber: none() };
  let unreached = 0;
  const states = joinStates((role, state) => {
    counts[role][state] += 1;
  });
  const listener: Partial<Meter> = {
    ...states,
    ended: (session, how) => {
      states.ended(session, how);
      if (connectionFailure(how.reason, how.last) === 'Timeout') unreached += 1;
    },
  };
  const clients = (): ClientsMet => ({
    connected: counts.publisher.DtlsConnected + counts.subscriber.DtlsConnected,
    unreached,
  });
  return { counts: counts satisfies JoinCounts as JoinCounts, clients, listener };
}
