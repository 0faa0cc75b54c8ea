/** The door of a room: token, lock-out and audit in their order. Who is let in is none of its business afterwards. */
import type { Audit } from './audit.ts';
import type { Asked } from './claims.ts';
import { addressKey } from './client-address.ts';
import type { LockOut } from './lock-out.ts';
import { bearerToken } from './tokens.ts';
import { type Denied, denials, denied, type Verdict } from './verdict.ts';

export interface Visitor extends Asked {
  /** As `clientAddress` tells it. */
  readonly address: string;
  /** The header, whole. */
  readonly authorization: string | undefined;
}

/** Nothing is asked, because somebody wrote that down; or whoever knows says whether a token will do. */
export type Access = 'open' | ((token: string, asked: Asked) => Verdict | Promise<Verdict>);

/** Whether a visitor comes in. Rejects only if a check does. */
export type Gate = (visitor: Visitor, access: Access) => Promise<Verdict>;

export interface GateOptions {
  readonly lockOut: LockOut;
  readonly audit: Audit;
}

export function gate({ lockOut, audit }: GateOptions): Gate {
  const refused = (visitor: Visitor, verdict: Denied, forMs?: number): Denied => {
    const { address, room, role } = visitor;
    audit({ event: 'Denied', address, room, role, why: verdict.why, ...(forMs && { forMs }) });
    return verdict;
  };
  return async (visitor, access) => {
    if (access === 'open') return { isGranted: true, isAdmin: false };
    const { room, role, address } = visitor;
    const token = bearerToken(visitor.authorization);
    if (token === undefined) return refused(visitor, missing(role));
    const suspect = { addressKey: addressKey(address), room };
    const lockedForMs = lockOut.lockedForMs(suspect, token);
    if (lockedForMs > 0) return refused(visitor, lockedOut(lockedForMs));
    const verdict = await access(token, { role, room });
    if (verdict.isGranted) lockOut.succeeded(room, token);
    else return refused(visitor, verdict, denials[verdict.why].isGuess ? lockOut.failed(suspect, token) : 0);
    return verdict;
  };
}

const missing = (role: Visitor['role']) =>
  denied(
    'Missing',
    `Send this room's ${role === 'publisher' ? 'publish' : 'play'} token as "Authorization: Bearer <token>".`,
  );

const lockedOut = (retryAfterMs: number): Denied => ({
  ...denied(
    'LockedOut',
    `Too many wrong tokens came from your address. For ${Math.ceil(retryAfterMs / 1000)} s this room looks at no token from there, not even at the right one, unless it was right here before.`,
  ),
  retryAfterMs,
});
