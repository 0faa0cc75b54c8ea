/**
 * The event streams of a session, as WHEP's extension has them for viewers: a POST makes a stream, which is read by GET. A
 * GET without a POST before reads one that lasts as long as the connection, as browsers' EventSource sends no POST. Who
 * reads needs no token, which EventSource could not send; the URL is one that only the session's client knows.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { eventTypesOf } from '#crds/event-metrics.ts';
import type { EventStream, Reader } from '../events/event-stream.ts';
import type { EventStreams } from '../events/event-streams.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import { onPreflight } from './cors.ts';
import { endpointUrl } from './endpoint.ts';
import { type GuardOptions, guards, notAllowed, type Request, roomOf } from './guards.ts';
import { mediaType } from './media-type.ts';
import { eventsPath } from './session-links.ts';
import { notJson, wantedEvents } from './wanted-events.ts';

export type OpenStreams = Pick<EventStreams, 'open' | 'find' | 'close'>;

export interface EventResourceOptions extends GuardOptions {
  readonly events: OpenStreams;
}

type StreamRequest = FastifyRequest<{ Params: Request['params'] & { readonly stream: string } }>;

const allow = { collection: 'POST, GET, OPTIONS', stream: 'GET, DELETE, OPTIONS' };

export function eventResource(app: FastifyInstance, { events, ...options }: EventResourceOptions) {
  const { role } = options;
  const { limited, here, authorized, found, owned } = guards(options);
  const before = [limited, here, authorized, found, owned];
  const collection = eventsPath[role];
  const path = `${collection}/:stream`;
  const streamOf = ({ params }: StreamRequest) => {
    const stream = events.find(params.session, params.stream);
    if (stream === undefined) throw new Refused(unknownStream);
    return stream;
  };
  const open = (request: Request, types: Parameters<OpenStreams['open']>[2]) =>
    events.open(request.params.session, roomOf(request), types);

  app.post(collection, { onRequest: before }, async (request: Request, reply) => {
    const { body = '', headers, params } = request;
    if (typeof body !== 'string' || (body !== '' && mediaType(headers['content-type']) !== 'application/json'))
      throw new Refused(notJson(role));
    const types = wantedEvents(role, body);
    // The session may have ended while the body came.
    await found(request);
    const id = open(request, types);
    const session = `${endpointUrl(role)(params.namespace, params.room)}/${params.session}`;
    return reply.code(201).header('location', `${session}/events/${id}`).send();
  });
  app.get(collection, { exposeHeadRoute: false, onRequest: [here, found] }, async (request: Request, reply) => {
    const { session } = request.params;
    const id = open(request, eventTypesOf[role]);
    const stream = events.find(session, id);
    if (stream === undefined) throw new Refused(unknownStream);
    return read(stream, reply, () => events.close(session, id));
  });
  const reading = { exposeHeadRoute: false, onRequest: [here, found] };
  app.get(path, reading, async (request: StreamRequest, reply) => read(streamOf(request), reply, () => undefined));
  app.delete(path, { onRequest: before }, async (request: StreamRequest, reply) => {
    streamOf(request);
    events.close(request.params.session, request.params.stream);
    return reply.code(200).send();
  });
  for (const [url, methods] of [
    [collection, allow.collection],
    [path, allow.stream],
  ] as const) {
    app.options(url, async (_request, reply) =>
      reply
        .code(204)
        .headers({ ...onPreflight, allow: methods })
        .send(),
    );
    const others = ['HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'].filter((method) => !methods.includes(method));
    notAllowed(app, url, methods, others, [here, found]);
  }
}

/** Answers with what the stream tells, for as long as both sides want. */
function read(stream: EventStream, reply: FastifyReply, onClosed: () => void) {
  const body = new Readable({ read: () => stream.drained(reader) });
  const reader: Reader = {
    push: (bytes) => body.push(bytes),
    end: () => void body.push(null),
    cut: () => void body.destroy(),
  };
  body.once('close', () => {
    stream.left(reader);
    onClosed();
  });
  stream.readBy(reader);
  return reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).type('text/event-stream').send(body);
}

const unknownStream: Refusal = {
  reason: 'UnknownSession',
  detail: 'This event stream has ended, or never was. Make a new one with a POST to the URL in the Link header.',
};
