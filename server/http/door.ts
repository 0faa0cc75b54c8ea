/**
 * What every request passes before anything is done for it: how often its address may ask, and whether its token opens
 * the room. Nothing of the request but its head has been read then.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '../access/audit.ts';
import type { Asked } from '../access/claims.ts';
import { addressKey, clientAddress, type TrustedProxies } from '../access/client-address.ts';
import type { Access, Gate } from '../access/gate.ts';
import type { RequestLimits } from '../access/request-limits.ts';
import { challenge, type Denied, type Granted } from '../access/verdict.ts';
import type { HttpMeter } from '../meter.ts';
import { type Refusal, Refused } from '../room/refusal.ts';

export interface DoorOptions {
  readonly gate: Gate;
  readonly limits: RequestLimits;
  readonly proxies: TrustedProxies;
  /** The client of a request that another pod passed on, which knew the proxies before it. */
  readonly passedOnFor: (request: IncomingMessage) => string | undefined;
  readonly audit: Audit;
  readonly meter: Pick<HttpMeter, 'unauthorized'>;
  /** Keys that should be there and are not. */
  readonly onError: (error: unknown) => void;
}

export interface Door {
  /** Whose request it is, as far as proxies are to be believed. */
  addressOf(request: FastifyRequest): string;
  /** Throws {@link Refused} for an address that asks too often: by this method, of other pods, or for relays. */
  limit(request: FastifyRequest, asked: Asked, what?: 'PassedOn' | 'Relays'): void;
  /** Throws {@link Refused}, and the challenge is on its answer, unless the request may come in. */
  enter(request: FastifyRequest, reply: FastifyReply, asked: Asked, access: Access): Promise<Granted>;
}

export function door({ gate, limits, proxies, passedOnFor, audit, meter, onError }: DoorOptions): Door {
  const known = new WeakMap<FastifyRequest, string>();
  const read = ({ raw, socket, headers }: FastifyRequest) =>
    passedOnFor(raw) ?? clientAddress(socket.remoteAddress, [headers['x-forwarded-for'] ?? []].flat().join(), proxies);
  /** It is asked for at each step of a request. */
  const addressOf = (request: FastifyRequest) => {
    const address = known.get(request) ?? read(request);
    known.set(request, address);
    return address;
  };
  return {
    addressOf,
    limit: (request, asked, what) => {
      const address = addressOf(request);
      const retryAfterMs = limits(what ?? request.method, addressKey(address));
      if (retryAfterMs === 0) return;
      audit({ event: 'TurnedAway', why: 'Address', address, ...asked });
      throw new Refused({ ...tooMany, retryAfterMs });
    },
    enter: async (request, reply, asked, access) => {
      const authorization = authorizationOf(request);
      const verdict = await gate({ ...asked, address: addressOf(request), authorization }, access);
      if (verdict.isGranted) return verdict;
      meter.unauthorized(asked.role, verdict.why);
      if (verdict.cause !== undefined) onError(verdict.cause);
      const challenged = challenge(verdict.why, asked);
      if (challenged !== undefined) reply.header('www-authenticate', challenged);
      throw new Refused(refusal(verdict));
    },
  };
}

/** Whether there is anything to look at. */
export const isTokenShown = ({ authorization, 'x-auth-token': token }: FastifyRequest['headers']): boolean =>
  authorization !== undefined || token !== undefined;

/** Clients of live-webrtc-go have the token alone in `X-Auth-Token`. It counts where there is nothing in its proper place. */
function authorizationOf({ headers }: FastifyRequest): string | undefined {
  const { authorization, 'x-auth-token': token } = headers;
  return authorization ?? (typeof token === 'string' ? `Bearer ${token}` : undefined);
}

const refusal = ({ why, detail, retryAfterMs }: Denied): Refusal => {
  const isOwn = why === 'Forbidden' || why === 'LockedOut' || why === 'KeysUnavailable';
  return { reason: isOwn ? why : 'Unauthorized', detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
};

const tooMany: Refusal = {
  reason: 'TooMany',
  detail: 'Too many requests came from your address. Try again after the time that Retry-After says.',
};
