/** WHIP (RFC 9725) and WHEP: the same requests, one for each role. Here sessions are made; they are session-resource.ts'. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath } from '#crds/contract.ts';
import type { Span } from '#tracing/tracer.ts';
import type { Access } from '../access/gate.ts';
import type { Granted } from '../access/verdict.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { IceCredentials } from '../rtc/sdp/ice-credentials.ts';
import { onPreflight } from './cors.ts';
import { type Door, isTokenShown } from './door.ts';
import type { IceSession } from './ice-patch.ts';
import { tellLinks } from './links.ts';
import { mediaType } from './media-type.ts';
import type { PassOn } from './pass-on.ts';
import { sessionLinks } from './session-links.ts';

/** What the endpoints do, apart from HTTP. Rooms are named `namespace/name`. */
export interface Endpoints {
  /** Throws {@link Refused} when there is no such room. */
  access(role: Role, room: string): Access;
  /** Why no new session of that role can be made now, whatever the room. */
  closed(role: Role): Refusal | undefined;
  /** `waitedMs` is the time since the request came. Rejects with {@link Refused}. */
  create(asked: {
    readonly role: Role;
    readonly room: string;
    readonly sdp: string;
    readonly waitedMs: number;
    /** Whose request it is. */
    readonly address: string;
    /** Who it is, by a token that says so. */
    readonly subject?: string | undefined;
    /** The request's, where there are traces. */
    readonly span?: Span | undefined;
  }): Promise<{ readonly id: string; readonly answer: string; readonly iceTag: string }>;
  /**
   * `Link` headers of the STUN and TURN servers of a room, with credentials: for those alone who are authorized. They
   * name the session, once there is one.
   */
  iceLinks(room: string, session?: string): readonly string[];
  exists(room: string): boolean;
  /** Rooms of that name, in whatever namespace. */
  named(name: string): readonly string[];
  has(role: Role, room: string, id: string): boolean;
  /** Whose session it is, if it was opened with a token that said so. */
  subject(id: string): string | undefined;
  /** Undefined once the session has ended. */
  ice(id: string): IceSession | undefined;
  /** Begins a new ICE session with the client's new credentials. Undefined once the session has ended. */
  restartIce(id: string, client: IceCredentials): { readonly fragment: string; readonly iceTag: string } | undefined;
  /** By what a viewer sent. Throws {@link Refused}. */
  chooseLayer(id: string, asked: string): void;
  end(id: string): void;
}

interface Params {
  readonly namespace: string;
  readonly room: string;
  readonly session: string;
}
export type Request = FastifyRequest<{ Params: Params }>;

/** `namespace/name`. */
export const roomOf = ({ params }: Pick<Request, 'params'>) => `${params.namespace}/${params.room}`;

export interface EndpointOptions {
  readonly role: Role;
  readonly endpoints: Endpoints;
  readonly door: Door;
  readonly passOn: PassOn;
  readonly spanOf: (request: FastifyRequest) => Span | undefined;
  /** How long ago a request came. */
  readonly waitedMs: (request: FastifyRequest) => number;
}

/** What is asked of a request before its body is read: what a stranger sends is not even parsed. */
export function guards({
  role,
  endpoints,
  door,
  passOn,
}: Pick<EndpointOptions, 'role' | 'endpoints' | 'door' | 'passOn'>) {
  const granted = new WeakMap<Request, Granted>();
  return {
    limited: async (request: Request) => door.limit(request, { role, room: roomOf(request) }),
    authorized: async (request: Request, reply: FastifyReply) => {
      const room = roomOf(request);
      granted.set(request, await door.enter(request, reply, { role, room }, endpoints.access(role, room)));
    },
    /** Of a client that is authorized. */
    subjectOf: (request: Request) => granted.get(request)?.subject,
    known: async (request: Request) => {
      endpoints.access(role, roomOf(request));
    },
    /** Of a session of a known room. One that another pod has is that pod's to answer: nothing comes after this here. */
    here: (request: Request, reply: FastifyReply, next: (error?: Error) => void) => {
      const room = roomOf(request);
      const { session } = request.params;
      const look = async () => {
        endpoints.access(role, room);
        return !endpoints.has(role, room, session) && (await passOn(request, reply, session));
      };
      look().then((isPassedOn) => isPassedOn || next(), next);
    },
    open: async () => {
      const refusal = endpoints.closed(role);
      if (refusal) throw new Refused(refusal);
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

/** The path of a role's endpoint. */
export const endpointUrl = (role: Role) => publicPath[role === 'publisher' ? 'whip' : 'whep'];

/** The endpoint of one role, which makes sessions. */
export function endpoint(app: FastifyInstance, options: EndpointOptions) {
  const { role, endpoints, door, spanOf, waitedMs } = options;
  const { limited, known, open, authorized, subjectOf } = guards(options);
  const url = endpointUrl(role);
  const path = url(':namespace', ':room');

  app.post(path, { onRequest: [limited, known, open, authorized] }, async (request: Request, reply) => {
    const { body: sdp, headers } = request;
    if (typeof sdp !== 'string' || mediaType(headers['content-type']) !== 'application/sdp') throw new Refused(notSdp);
    const { id, answer, iceTag } = await endpoints.create({
      role,
      room: roomOf(request),
      sdp,
      waitedMs: waitedMs(request),
      address: door.addressOf(request),
      subject: subjectOf(request),
      span: spanOf(request),
    });
    const location = `${url(request.params.namespace, request.params.room)}/${id}`;
    // Relays first, for clients that read one link and no more.
    tellLinks(reply, [...endpoints.iceLinks(roomOf(request), id), ...sessionLinks(role, location)]);
    return reply.code(201).headers({ location, etag: iceTag }).type('application/sdp').send(answer);
  });
  const look = async (_request: Request, reply: FastifyReply) =>
    role === 'publisher' ? reply.code(204).send() : reply.code(200).type('application/sdp').send('');
  app.route({ url: path, method: ['GET', 'HEAD'], onRequest: known, handler: look });
  app.options(path, async (request: Request, reply) => {
    const room = roomOf(request);
    if (endpoints.exists(room) && asksForRelays(request, endpoints.access(role, room))) {
      await authorized(request, reply);
      tellLinks(reply, endpoints.iceLinks(room));
    }
    const headers = { ...onPreflight, allow: 'POST, GET, HEAD, OPTIONS', 'accept-post': 'application/sdp' };
    return reply.code(204).headers(headers).send();
  });
  notAllowed(app, path, 'POST, GET, HEAD, OPTIONS', ['PUT', 'PATCH', 'DELETE'], [known, authorized]);
}

/** Whether it comes from a client, which may come in, and not from its browser: a preflight has no token (RFC 9725 section 4.6). */
const asksForRelays = ({ headers }: Request, access: Access): boolean =>
  headers['access-control-request-method'] === undefined && (access === 'open' || isTokenShown(headers));

/** What is asked before a body is read; with `next`, it may as well answer by itself. */
type Guard = (request: Request, reply: FastifyReply, next: (error?: Error) => void) => Promise<void> | void;

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

export const unknownSession: Refusal = {
  reason: 'UnknownSession',
  detail: 'This session has ended, or never was. Make a new one with a POST to the endpoint.',
};

const someoneElses: Refusal = {
  reason: 'Forbidden',
  detail: 'The session was opened by another subject than the token names; its sub would have to be the same.',
};

export const notSdp: Refusal = {
  reason: 'UnsupportedMediaType',
  detail: 'Send the SDP offer as the body, with "Content-Type: application/sdp".',
};
