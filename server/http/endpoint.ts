/** WHIP (RFC 9725) and WHEP: the same requests, one for each role. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath } from '#crds/contract.ts';
import type { Span } from '#tracing/tracer.ts';
import type { HttpMeter } from '../meter.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import { type Access, bearer } from './bearer.ts';
import { onPreflight } from './cors.ts';

/** What the endpoints do, apart from HTTP. Rooms are named `namespace/name`. */
export interface Endpoints {
  /** Throws {@link Refused} when there is no such room. */
  access(role: Role, room: string): Access;
  /** Why no new session can be made now, whatever the room. */
  closed(): Refusal | undefined;
  /** `waitedMs` is the time since the request came. Rejects with {@link Refused}. */
  create(asked: {
    readonly role: Role;
    readonly room: string;
    readonly sdp: string;
    readonly waitedMs: number;
    /** The request's, where there are traces. */
    readonly span?: Span | undefined;
  }): Promise<{ readonly id: string; readonly answer: string }>;
  exists(room: string): boolean;
  has(role: Role, room: string, id: string): boolean;
  end(id: string): void;
}

interface Params {
  readonly namespace: string;
  readonly room: string;
  readonly session: string;
}
type Request = FastifyRequest<{ Params: Params }>;

const roomOf = ({ params }: Request) => `${params.namespace}/${params.room}`;

export interface EndpointOptions {
  readonly role: Role;
  readonly endpoints: Endpoints;
  readonly meter: HttpMeter;
  readonly spanOf: (request: FastifyRequest) => Span | undefined;
  /** How long ago a request came. */
  readonly waitedMs: (request: FastifyRequest) => number;
}

/** Routes of one role: the endpoint that makes sessions, and the sessions below it. */
export function endpoint(app: FastifyInstance, { role, endpoints, meter, spanOf, waitedMs }: EndpointOptions) {
  const url = publicPath[role === 'publisher' ? 'whip' : 'whep'];
  const path = url(':namespace', ':room');
  // Before the body is read: what a stranger sends is not even parsed.
  const authorized = async (request: Request, reply: FastifyReply) => {
    const granted = bearer(endpoints.access(role, roomOf(request)), request.headers.authorization);
    if (granted === 'granted') return;
    meter.unauthorized(role, granted === 'wrong' ? 'Wrong' : 'Missing');
    reply.header('www-authenticate', granted === 'wrong' ? 'Bearer error="invalid_token"' : 'Bearer');
    throw new Refused(unauthorized(role, granted));
  };
  const known = async (request: Request) => {
    endpoints.access(role, roomOf(request));
  };
  const open = async () => {
    const refusal = endpoints.closed();
    if (refusal) throw new Refused(refusal);
  };
  const found = async (request: Request) => {
    if (!endpoints.has(role, roomOf(request), request.params.session)) throw new Refused(unknownSession);
  };

  app.post(path, { onRequest: [known, open, authorized] }, async (request: Request, reply) => {
    if (typeof request.body !== 'string') throw new Refused(notSdp);
    const { body: sdp } = request;
    const asked = { role, room: roomOf(request), sdp, waitedMs: waitedMs(request), span: spanOf(request) };
    const { id, answer } = await endpoints.create(asked);
    const location = `${url(request.params.namespace, request.params.room)}/${id}`;
    return reply.code(201).header('location', location).type('application/sdp').send(answer);
  });
  app.get(path, { onRequest: known }, async (_request, reply) => reply.code(204).send());
  app.options(path, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...onPreflight, allow: 'POST, GET, HEAD, OPTIONS', 'accept-post': 'application/sdp' })
      .send(),
  );
  notAllowed(app, path, 'POST, GET, HEAD, OPTIONS', ['PUT', 'PATCH', 'DELETE'], [known, authorized]);

  const session = `${path}/:session`;
  app.delete(session, { onRequest: [known, authorized, found] }, async (request: Request, reply) => {
    endpoints.end(request.params.session);
    return reply.code(200).send();
  });
  app.get(session, { onRequest: [known, found] }, async (_request, reply) => reply.code(204).send());
  app.options(session, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...onPreflight, allow: 'DELETE, GET, HEAD, OPTIONS' })
      .send(),
  );
  notAllowed(app, session, 'DELETE, GET, HEAD, OPTIONS', ['PUT', 'PATCH', 'POST'], [known, authorized, found]);
}

/**
 * Methods that are known but not offered. PATCH among them: trickle ICE and ICE restarts are optional (RFC 9725 section
 * 4.3), and the answer has all there is to know. Bodies are not read.
 */
function notAllowed(
  app: FastifyInstance,
  url: string,
  allow: string,
  method: string[],
  before: readonly ((request: Request, reply: FastifyReply) => Promise<void>)[],
) {
  const refuse = async (request: Request, reply: FastifyReply) => {
    reply.header('allow', allow);
    throw new Refused(methodNotAllowed(request.method, allow));
  };
  app.route({ method, url, onRequest: [...before, refuse], handler: async () => undefined });
}

const unauthorized = (role: Role, why: 'missing' | 'wrong'): Refusal => ({
  reason: 'Unauthorized',
  detail:
    why === 'missing'
      ? `Send this room's ${role === 'publisher' ? 'publish' : 'play'} token as "Authorization: Bearer <token>".`
      : `The token is not this room's ${role === 'publisher' ? 'publish' : 'play'} token.`,
});

const unknownSession: Refusal = {
  reason: 'UnknownSession',
  detail: 'This session has ended, or never was. Make a new one with a POST to the endpoint.',
};

const notSdp: Refusal = {
  reason: 'UnsupportedMediaType',
  detail: 'Send the SDP offer as the body, with "Content-Type: application/sdp".',
};

const methodNotAllowed = (method: string, allow: string): Refusal => ({
  reason: 'MethodNotAllowed',
  detail:
    method === 'PATCH'
      ? 'Trickle ICE and ICE restarts are not supported: the answer has all candidates, and yours are not needed.'
      : `${method} means nothing here; there are ${allow}.`,
});
