import type { handshakeFailures, refusalReasons } from '#crds/http-metrics.ts';

/** Why a request was refused. */
export type RefusalReason = (typeof refusalReasons)[number];

/** Why a client that had its answer did not get in. */
export type HandshakeFailure = (typeof handshakeFailures)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  /** A sentence for the client's author or user that says what to do. */
  readonly detail: string;
  /** When trying again may help. */
  readonly retryAfterMs?: number;
}

/** A refusal on its way to the client. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}
