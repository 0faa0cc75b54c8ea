/** What every request of a room is asked before anything is done for it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Granted } from '../access/verdict.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import { roomId } from '../room/room-id.ts';
import type { Door } from './door.ts';
import type { Endpoints } from './endpoints.ts';
import type { PassOn } from './pass-on.ts';
import { unknownSession } from './unknown-session.ts';

interface Params {
  readonly namespace: string;
  readonly room: string;
  readonly session: string;
}
export type Request = FastifyRequest<{ Params: Params }>;

/** `namespace/name`. */
export const roomOf = ({ params }: Pick<Request, 'params'>) =>
  roomId({ namespace: params.namespace, name: params.room });

export interface GuardOptions {
  readonly role: Role;
  readonly endpoints: Endpoints;
  readonly door: Door;
  readonly passOn: PassOn;
}

type Next = (error?: Error) => void;

/**
 * What is asked of a request before its body is read: what a stranger sends is not even parsed. What need not wait for
 * anything is no promise, each of which takes a request 2 µs.
 */
export function guards({ role, endpoints, door, passOn }: GuardOptions) {
  const granted = new WeakMap<Request, Granted>();
  return {
    limited: (request: Request, _reply: FastifyReply, next: Next) => {
      door.limit(request, { role, room: roomOf(request) });
      next();
    },
    authorized: async (request: Request, reply: FastifyReply) => {
      const room = roomOf(request);
      granted.set(request, await door.enter(request, reply, { role, room }, endpoints.access(role, room)));
    },
    /** Of a client that is authorized. */
    subjectOf: (request: Request) => granted.get(request)?.subject,
    known: (request: Request, _reply: FastifyReply, next: Next) => {
      endpoints.access(role, roomOf(request));
      next();
    },
    /** Of a session of a known room. One that another pod has is that pod's to answer: nothing comes after this here. */
    here: (request: Request, reply: FastifyReply, next: Next) => {
      const room = roomOf(request);
      const { session } = request.params;
      const look = async () => {
        endpoints.access(role, room);
        return !endpoints.has(role, room, session) && (await passOn(request, reply, { role, room, session }));
      };
      look().then((isPassedOn) => isPassedOn || next(), next);
    },
    open: (_request: Request, _reply: FastifyReply, next: Next) => {
      const refusal = endpoints.closed(role);
      if (refusal) throw new Refused(refusal);
      next();
    },
    found: async (request: Request) => {
      if (!endpoints.has(role, roomOf(request), request.params.session)) throw new Refused(unknownSession);
    },
    /** Whoever knows a session's URL may change it; but if its token named somebody, only they, or an admin. */
    owned: async (request: Request) => {
      const owner = endpoints.subject(request.params.session);
      const { isAdmin = false, subject } = granted.get(request) ?? {};
      if (owner !== undefined && !isAdmin && subject !== owner) throw new Refused(someoneElses);
    },
  };
}

/** What is asked before a body is read; with `next`, it may as well answer by itself. */
type Guard = (request: Request, reply: FastifyReply, next: Next) => Promise<void> | void;

/** Methods that are known but not offered. Bodies are not read. */
export function notAllowed(
  app: FastifyInstance,
  url: string,
  allow: string,
  method: string[],
  before: readonly Guard[],
) {
  const refuse = async (request: Request, reply: FastifyReply) => {
    reply.header('allow', allow);
    throw new Refused({
      reason: 'MethodNotAllowed',
      detail: `${request.method} means nothing here; there are ${allow}.`,
    });
  };
  app.route({ method, url, onRequest: [...before, refuse], handler: async () => undefined });
}

const someoneElses: Refusal = {
  reason: 'Forbidden',
  detail: 'The session was opened by another subject than the token names; its sub would have to be the same.',
};
