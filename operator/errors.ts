import { ApiError } from './cluster/client/api-error.ts';
import { NotLeading } from './cluster/client/fenced-client.ts';
import { RoomGone } from './cluster/client/rooms-now.ts';
import { NameTaken } from './cluster/client/writes.ts';
import { type Outcome, TooLong } from './cluster/queue/outcome.ts';
import type { Finding } from './decide/finding.ts';
import type { Action } from './decide/plan.ts';
import { monitoringRefusal, objectRefusal, podRefusal, type Rejection, routeRefusal } from './decide/refusal.ts';

/**
 * What went wrong, by what helps against it: looking again, a person who corrects what was written or allows it, time, or
 * us.
 */
export type Failure = 'Conflict' | 'Invalid' | 'Forbidden' | 'Throttled' | 'Network' | 'Timeout' | 'Bug' | 'Server';

/** What only a person can do something about, who will edit the room, is hardly worth another try. */
const invalidAgainMs = 240_000;
/** What a person may change without our seeing it is looked at again this often. */
const forbiddenAgainMs = 30_000;

/** Undefined where nothing went wrong: what was to be done need not be done any more, or not by us. */
export function failureOf(error: unknown): Failure | undefined {
  if (isNamespaceTerminating(error) || error instanceof NotLeading || error instanceof RoomGone) return undefined;
  if (error instanceof TooLong) return 'Timeout';
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return 'Bug';
  if (error instanceof ApiError) return byStatus(error);
  // Of sockets, TLS and the HTTP client.
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? 'Network' : 'Server';
}

function byStatus({ status, retryAfterMs }: ApiError): Failure {
  if (status === 409) return 'Conflict';
  if (status === 400 || status === 422) return 'Invalid';
  if (status === 403) return 'Forbidden';
  return status === 429 || retryAfterMs !== undefined ? 'Throttled' : 'Server';
}

/** What a failed reconcile means for the queue, in one place. */
export function outcomeOf(error: unknown): Outcome {
  // A process that was stopped may lead on after all, once it has read what was renewed before that.
  if (error instanceof NotLeading) return { kind: 'backoff' };
  switch (failureOf(error)) {
    case undefined:
      return { kind: 'done' };
    case 'Conflict':
      return { kind: 'again' };
    case 'Invalid':
      return { kind: 'backoff', atLeastMs: invalidAgainMs };
    case 'Forbidden':
      return { kind: 'backoff', atLeastMs: forbiddenAgainMs };
    case 'Throttled':
      return { kind: 'backoff', atLeastMs: error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0, isHeld: true };
    default:
      return { kind: 'backoff' };
  }
}

/** Who has an object. Only a room is called as somebody wished, and has a spec to change. */
export type Owner = 'Room' | 'Namespace' | 'Operator';

/** Why an object could not be made, if that is for a condition to say; anything else is thrown on. */
export const rejectionBy = (error: unknown, owner?: Owner): Rejection =>
  conflict(error, owner) ?? refusalBy(error, objectRefusal);

/** Why a ServiceMonitor or PrometheusRule could not be made, likewise. */
export const monitoringRefusalBy = (
  kind: string,
  error: unknown,
  { owner, action = 'apply' }: { readonly owner?: Owner; readonly action?: Action['action'] } = {},
): Finding<'MonitoringReady'> =>
  conflict(error, owner) ?? refusalBy(error, (refusal) => monitoringRefusal(kind, refusal, action));

/** Why an Ingress or HTTPRoute could not be made, likewise. */
export const routeRefusalBy = (
  kind: string,
  error: unknown,
  action: Action['action'] = 'apply',
): Finding<'EndpointReady'> => conflict(error) ?? refusalBy(error, (refusal) => routeRefusal(kind, refusal, action));

/** Why the origin pod could not be made, likewise. */
export const podRefusalBy = (error: unknown): Finding<'OriginReady'> => refusalBy(error, podRefusal);

function conflict(error: unknown, owner: Owner = 'Room') {
  if (!(error instanceof NameTaken)) return undefined;
  const message =
    owner === 'Room'
      ? `${error.what} exists and does not belong to this room. Rename one of the two.`
      : `${error.what} exists and is not LiveRoom's, whose own can have no other name. Rename it, or delete it.`;
  return { reason: 'NameConflict', message } as const;
}

function refusalBy<F>(error: unknown, judge: (refusal: ApiError) => F | undefined): F {
  const finding = refused(error) ? judge(error) : undefined;
  if (finding === undefined) throw error;
  return finding;
}

const refused = (error: unknown): error is ApiError => error instanceof ApiError && !isNamespaceTerminating(error);

/** The namespace began to go after we looked. */
const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof ApiError && error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
