/** Why a client was turned away. Bounded: it is a label of `live_requests_refused_total`. */
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
  'FingerprintMismatch',
  'BadSignature',
  'HandshakeFailed',
  'HandshakeTimeout',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

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
