/** WHIP (RFC 9725) and WHEP: the same requests, one for each role. Here sessions are made; they are session-resource.ts'. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath } from '#crds/contract.ts';
import type { Span } from '#tracing/tracer.ts';
import type { Access } from '../access/gate.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import { onPreflight } from './cors.ts';
import { isTokenShown } from './door.ts';
import { iceTag } from './entity-tag.ts';
import { type GuardOptions, guards, notAllowed, type Request, roomOf } from './guards.ts';
import { tellLinks } from './links.ts';
import { mediaType } from './media-type.ts';
import { sessionLinks } from './session-links.ts';

export interface EndpointOptions extends GuardOptions {
  readonly spanOf: (request: FastifyRequest) => Span | undefined;
  /** How long ago a request came. */
  readonly waitedMs: (request: FastifyRequest) => number;
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
    const { id, answer, localUfrag } = await endpoints.create({
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
    return reply
      .code(201)
      .headers({ location, etag: iceTag(localUfrag) })
      .type('application/sdp')
      .send(answer);
  });
  const look = async (_request: Request, reply: FastifyReply) =>
    role === 'publisher' ? reply.code(204).send() : reply.code(200).type('application/sdp').send('');
  app.route({ url: path, method: ['GET', 'HEAD'], onRequest: known, handler: look });
  app.options(path, async (request: Request, reply) => {
    const room = roomOf(request);
    if (endpoints.exists(room) && asksForRelays(request, endpoints.access(role, room))) {
      // A token may cost as much here as with a POST.
      door.limit(request, { role, room }, 'Relays');
      await authorized(request, reply);
      tellLinks(reply, endpoints.iceLinks(room));
    }
    const headers = { ...onPreflight, allow: 'POST, GET, HEAD, OPTIONS', 'accept-post': 'application/sdp' };
    return reply.code(204).headers(headers).send();
  });
  notAllowed(app, path, 'POST, GET, HEAD, OPTIONS', ['PUT', 'PATCH', 'DELETE'], [known]);
}

/** Whether it comes from a client, which may come in, and not from its browser: a preflight has no token (RFC 9725 section 4.6). */
const asksForRelays = ({ headers }: Request, access: Access): boolean =>
  headers['access-control-request-method'] === undefined && (access === 'open' || isTokenShown(headers));

export const notSdp: Refusal = {
  reason: 'UnsupportedMediaType',
  detail: 'Send the SDP offer as the body, with "Content-Type: application/sdp".',
};
