/** Why a request was refused. */
export const refusalReasons = [
  'UnknownRoom',
  'UnknownSession',
  'UnknownPath',
  'Unauthorized',
  'Draining',
  'NotReady',
  'PublisherExists',
  'NoPublisher',
  'RoomFull',
  'MalformedOffer',
  'UnusableOffer',
  'UnsupportedMediaType',
  'TooLarge',
  'MethodNotAllowed',
  'BadRequest',
  'Internal',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Why a client that had its answer did not get in. */
export const handshakeFailures = [
  'FingerprintMismatch',
  'BadSignature',
  'HandshakeFailed',
  'HandshakeTimeout',
] as const;
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
