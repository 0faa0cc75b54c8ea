import { ApiError } from './cluster/api-error.ts';
import type { Outcome } from './cluster/queue.ts';
import { NameTaken } from './cluster/writes.ts';
import type { Finding } from './decide/finding.ts';
import { monitoringRefusal, permissionRefusal, podRefusal, type Rejection } from './decide/refusal.ts';

/** A refusal that only a person can do something about is tried again this often. */
const patienceMs = 30_000;

/** What a failed reconcile means for the queue, in one place. */
export function outcomeOf(error: unknown): Outcome {
  if (isNamespaceTerminating(error)) return { kind: 'done' };
  if (error instanceof ApiError && (error.status === 403 || error.status === 422))
    return { kind: 'backoff', atLeastMs: patienceMs };
  if (error instanceof ApiError && error.retryAfterMs !== undefined)
    return { kind: 'backoff', atLeastMs: error.retryAfterMs };
  return { kind: 'backoff' };
}

/** Why an object could not be made, if that is for a condition to say; anything else is thrown on. */
export function rejectionBy(error: unknown): Rejection {
  if (error instanceof NameTaken)
    return { reason: 'NameConflict', message: `${error.message}. Rename one of the two.` };
  const finding = refused(error) ? permissionRefusal(error) : undefined;
  if (finding === undefined) throw error;
  return finding;
}

/** Why a ServiceMonitor or PrometheusRule could not be made, likewise. */
export function monitoringRefusalBy(kind: string, error: unknown): Finding<'MonitoringReady'> {
  const finding = refused(error) ? monitoringRefusal(kind, error) : undefined;
  return finding ?? rejectionBy(error);
}

/** Why the origin pod could not be made, likewise. */
export function podRefusalBy(error: unknown): Finding<'OriginReady'> {
  const finding = refused(error) ? podRefusal(error) : undefined;
  if (finding === undefined) throw error;
  return finding;
}

const refused = (error: unknown): error is ApiError => error instanceof ApiError && !isNamespaceTerminating(error);

/** The namespace began to go after we looked. */
const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof ApiError && error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
