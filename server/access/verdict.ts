/** Whether somebody is let in, and if not, what they and we make of it. */
import type { Asked } from './claims.ts';

/** What a client may do that is let in. */
export interface Granted {
  readonly isGranted: true;
  /** Who it is, by a token that says so. */
  readonly subject?: string;
  /** May do what the room's administrators may. */
  readonly isAdmin: boolean;
}

export interface Denied {
  readonly isGranted: false;
  readonly why: Denial;
  /** A sentence for the client's author or user that says what to do. */
  readonly detail: string;
  /** When trying again may help. */
  readonly retryAfterMs?: number;
  /** For our log: what made it impossible to tell. */
  readonly cause?: unknown;
}

export type Verdict = Granted | Denied;

/**
 * Why somebody is not let in.
 * - `status`: of the answer.
 * - `error`: the code in the challenge (RFC 6750 section 3.1), where there is one.
 * - `isGuess`: somebody may be trying tokens. A token that was genuine once is no guess: players send it again and again
 *   when it has expired, and are not to be locked out for it.
 */
export const denials = {
  Missing: { status: 401, error: undefined, isGuess: false },
  /** Not made by us, or by those whom we trust to make tokens. */
  Wrong: { status: 401, error: 'invalid_token', isGuess: true },
  Expired: { status: 401, error: 'invalid_token', isGuess: false },
  /** Genuine, but not for us, not yet, or without what it must say. */
  Unusable: { status: 401, error: 'invalid_token', isGuess: false },
  /** Of a key that is not, or not yet, among those that are known; nobody guesses signatures by that. */
  UnknownKey: { status: 401, error: 'invalid_token', isGuess: false },
  /** Genuine, for another room or another role. */
  Forbidden: { status: 403, error: 'insufficient_scope', isGuess: false },
  /** It cannot be told, as there are no keys. */
  KeysUnavailable: { status: 503, error: undefined, isGuess: false },
  LockedOut: { status: 429, error: undefined, isGuess: false },
} as const;

export type Denial = keyof typeof denials;

/**
 * The `WWW-Authenticate` header that goes with a denial (RFC 6750 section 3, which wants one parameter at least); undefined
 * where a token would not help. `asked` is for one that names a room which is there: its characters need no quoting.
 */
export function challenge(why: Denial, { room, role }: Asked): string | undefined {
  const { status, error } = denials[why];
  if (status !== 401 && error === undefined) return undefined;
  // Each side of each room has a token of its own, and so is a protection space of its own (RFC 9110 section 11.5).
  const realm = `Bearer realm="${room} ${role === 'publisher' ? 'publish' : 'play'}"`;
  return error === undefined ? realm : `${realm}, error="${error}"`;
}

export const denied = (why: Denial, detail: string): Denied => ({ isGranted: false, why, detail });
