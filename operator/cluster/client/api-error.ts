/**
 * The longest time that a server gets when it asks for some, in ms; what goes on failing is put off for as long anyway. An
 * edit waits for it, too, and a timer takes a time of weeks for none at all.
 */
export const longestRetryAfterMs = 120_000;

/** A refusal by the API server, as its `Status` object tells it. */
export class ApiError extends Error {
  /** The HTTP status; for an ERROR event of a watch, the event's `code`. */
  readonly status: number;
  /** The word for machines: `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, … */
  readonly reason: string;
  /** When to ask again, if it said so: at most `longestRetryAfterMs`. */
  readonly retryAfterMs?: number;
  readonly details?: StatusDetails;

  constructor(status: number, body: Partial<Status>, options: { retryAfterMs?: number; request?: string } = {}) {
    const said = body.message ?? `the API server answered ${status}`;
    super(options.request === undefined ? said : `${options.request}: ${said}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = body.reason ?? '';
    if (body.details !== undefined) this.details = body.details;
    const seconds = body.details?.retryAfterSeconds;
    const retryAfterMs = options.retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000);
    if (retryAfterMs !== undefined) this.retryAfterMs = Math.min(retryAfterMs, longestRetryAfterMs);
  }
}

/** The part of `meta/v1 Status` that we read. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: StatusDetails;
}

export interface StatusDetails {
  readonly name?: string;
  readonly kind?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
}

/** Whether `error` is the API server's answer with this HTTP status. */
export const isStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

/** A 404 is an answer like any other where something may or may not exist. */
export const absentIfNotFound = (error: unknown): undefined => {
  if (isStatus(error, 404)) return undefined;
  throw error;
};

/** `Retry-After` of RFC 9110 section 10.2.3 in milliseconds: seconds, or a date. */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};
