/** One request that came to a door. */
export interface Call {
  /** 1 for the first of this door. */
  readonly number: number;
  /** `performance.now()`. */
  readonly atMs: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly body: string;
}

/** What breaks: one request, which HTTP/2 calls a stream, or its connection with everything else that is under way on it. */
export type Broken = 'Stream' | 'Connection';

/** What befalls a request. Times are milliseconds. */
export type Fault =
  /** The server is not asked. */
  | { readonly kind: 'Refused'; readonly status: 410 | 429 | 500 | 503; readonly retryAfterSeconds?: number }
  /** It breaks off before the request has reached the server. */
  | { readonly kind: 'ResetBefore'; readonly breaks: Broken }
  /** The server has done what it was asked for, and nobody hears of it. */
  | { readonly kind: 'ResetAfter'; readonly breaks: Broken }
  /** The request is held up on its way. */
  | { readonly kind: 'Stalled'; readonly forMs: number }
  /** As `ResetAfter`, but what breaks stands silent for so long before. */
  | { readonly kind: 'HalfOpen'; readonly forMs: number; readonly breaks: Broken }
  /** It is answered, and the connection takes no more requests. */
  | { readonly kind: 'GoAway' }
  /** The client is killed at this request, and the door is shut for good. */
  | { readonly kind: 'CrashBefore' }
  | { readonly kind: 'CrashAfter' }
  | WatchFault;

/** What befalls a watch so long after it has begun, between two lines. */
export type WatchFault = {
  readonly kind: 'Watch';
  readonly afterMs: number;
  /** Where it breaks at all. */
  readonly breaks: Broken;
  readonly then:
    | 'Closed'
    | 'Reset'
    /** An ERROR event, code 410. */
    | 'Expired'
    /** Half a line, and the end. */
    | 'Garbled'
    /** The event before is sent once more. */
    | 'Repeated'
    /** Nothing comes any more, until the client gives up or `silentMs` have passed and it breaks. */
    | 'Silent';
  readonly silentMs?: number;
};

export type Fate = (call: Call) => Fault | undefined;
