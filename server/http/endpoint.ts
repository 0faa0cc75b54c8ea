/** WHIP (RFC 9725) and WHEP: the same requests, one for each role. Here sessions are made; they are session-resource.ts'. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath } from '#crds/contract.ts';
import type { Span } from '#tracing/tracer.ts';
import type { HttpMeter } from '../meter.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import { type Access, bearer } from './bearer.ts';
import { onPreflight } from './cors.ts';
import type { IceSession } from './ice-patch.ts';
import { mediaType } from './media-type.ts';

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
  }): Promise<{ readonly id: string; readonly answer: string; readonly iceTag: string }>;
  exists(room: string): boolean;
  has(role: Role, room: string, id: string): boolean;
  /** Undefined once the session has ended. */
  ice(id: string): IceSession | undefined;
  end(id: string): void;
}

interface Params {
  readonly namespace: string;
  readonly room: string;
  readonly session: string;
}
export type Request = FastifyRequest<{ Params: Params }>;

const roomOf = ({ params }: Request) => `${params.namespace}/${params.room}`;

export interface EndpointOptions {
  readonly role: Role;
  readonly endpoints: Endpoints;
  readonly meter: HttpMeter;
  readonly spanOf: (request: FastifyRequest) => Span | undefined;
  /** How long ago a request came. */
  readonly waitedMs: (request: FastifyRequest) => number;
}

/** What is asked of a request before its body is read: what a stranger sends is not even parsed. */
export function guards({ role, endpoints, meter }: Pick<EndpointOptions, 'role' | 'endpoints' | 'meter'>) {
  return {
    authorized: async (request: Request, reply: FastifyReply) => {
      const granted = bearer(endpoints.access(role, roomOf(request)), request.headers.authorization);
      if (granted === 'granted') return;
      meter.unauthorized(role, granted === 'wrong' ? 'Wrong' : 'Missing');
      reply.header('www-authenticate', granted === 'wrong' ? 'Bearer error="invalid_token"' : 'Bearer');
      throw new Refused(unauthorized(role, granted));
    },
    known: async (request: Request) => {
      endpoints.access(role, roomOf(request));
    },
    open: async () => {
      const refusal = endpoints.closed();
      if (refusal) throw new Refused(refusal);
    },
    found: async (request: Request) => {
      if (!endpoints.has(role, roomOf(request), request.params.session)) throw new Refused(unknownSession);
    },
  };
}

/** The path of a role's endpoint. */
export const endpointUrl = (role: Role) => publicPath[role === 'publisher' ? 'whip' : 'whep'];

/** The endpoint of one role, which makes sessions. */
export function endpoint(app: FastifyInstance, options: EndpointOptions) {
  const { role, endpoints, spanOf, waitedMs } = options;
  const { known, open, authorized } = guards(options);
  const url = endpointUrl(role);
  const path = url(':namespace', ':room');

  app.post(path, { onRequest: [known, open, authorized] }, async (request: Request, reply) => {
    const { body: sdp, headers } = request;
    if (typeof sdp !== 'string' || mediaType(headers['content-type']) !== 'application/sdp') throw new Refused(notSdp);
    const asked = { role, room: roomOf(request), sdp, waitedMs: waitedMs(request), span: spanOf(request) };
    const { id, answer, iceTag } = await endpoints.create(asked);
    const location = `${url(request.params.namespace, request.params.room)}/${id}`;
    return reply.code(201).headers({ location, etag: iceTag }).type('application/sdp').send(answer);
  });
  app.get(path, { onRequest: known }, async (_request, reply) => reply.code(204).send());
  app.options(path, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...onPreflight, allow: 'POST, GET, HEAD, OPTIONS', 'accept-post': 'application/sdp' })
      .send(),
  );
  notAllowed(app, path, 'POST, GET, HEAD, OPTIONS', ['PUT', 'PATCH', 'DELETE'], [known, authorized]);
}

/** Methods that are known but not offered. Bodies are not read. */
export function notAllowed(
  app: FastifyInstance,
  url: string,
  allow: string,
  method: string[],
  before: readonly ((request: Request, reply: FastifyReply) => Promise<void>)[],
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

const unauthorized = (role: Role, why: 'missing' | 'wrong'): Refusal => ({
  reason: 'Unauthorized',
  detail:
    why === 'missing'
      ? `Send this room's ${role === 'publisher' ? 'publish' : 'play'} token as "Authorization: Bearer <token>".`
      : `The token is not this room's ${role === 'publisher' ? 'publish' : 'play'} token.`,
});

export const unknownSession: Refusal = {
  reason: 'UnknownSession',
  detail: 'This session has ended, or never was. Make a new one with a POST to the endpoint.',
};

export const notSdp: Refusal = {
  reason: 'UnsupportedMediaType',
  detail: 'Send the SDP offer as the body, with "Content-Type: application/sdp".',
};
