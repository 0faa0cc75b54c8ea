import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import type { HttpMeter } from '../meter.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { Clock } from '../room/rooms.ts';
import { withoutAlias } from './alias.ts';
import { boundedAnswers } from './bounded-answers.ts';
import { limitConnections } from './connections.ts';
import { allowOrigins } from './cors.ts';
import type { Door } from './door.ts';
import { endpoint, notSdp } from './endpoint.ts';
import type { Endpoints } from './endpoints.ts';
import { eventResource, type OpenStreams } from './event-resource.ts';
import { httpSpans } from './http-spans.ts';
import { notFragment } from './ice-patch.ts';
import { layerResource } from './layer-resource.ts';
import { answeredPathless, metered } from './metered.ts';
import { type pageFiles, pages } from './pages.ts';
import { type PassOnOptions, passOn } from './pass-on.ts';
import type { Arrivals } from './passed-on.ts';
import { sendProblem } from './problem.ts';
import { eventsPath, layerPath } from './session-links.ts';
import { sessionResource } from './session-resource.ts';
import { unreadable } from './unreadable.ts';
import { notJson, notLayer } from './wanted-events.ts';

export interface PublicServerOptions {
  readonly door: Door;
  readonly endpoints: Endpoints;
  readonly events: Readonly<Record<Role, OpenStreams>>;
  readonly files: ReturnType<typeof pageFiles>;
  readonly peers: PassOnOptions['peers'];
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  /** Connections at a time. */
  readonly maxConnections: number;
  readonly meter: HttpMeter;
  readonly tracer?: Tracer;
  /** An error that is nobody's fault but ours. */
  readonly onError: (error: unknown) => void;
}

/** An offer of a browser with all of its codecs has some 10 kB. */
const bodyLimitBytes = 64 * 1024;

/** So that nobody has a connection for good. The last answer says that it is the last. */
const maxRequestsPerSocket = 1000;
/** Requests of a connection that wait for their answers, or for their client to take them. */
const mostUnanswered = 16;

/**
 * WHIP, WHEP and the pages, not listening yet. Every refusal is counted, and problem+json (RFC 9457), but that of requests
 * that were sent on a connection above its limit: to those Node says 503 by itself, or the connection is closed, and counted once.
 */
export function publicServer({
  door,
  endpoints,
  events,
  files,
  peers,
  arrivals,
  clock,
  maxConnections,
  meter,
  tracer = noTracer,
  onError,
}: PublicServerOptions): FastifyInstance {
  const refuse = (reply: FastifyReply, refusal: Refusal) => {
    // The rest of a request that could not be read is missed here, too.
    if (unread.statusInPlaceOf(reply.raw) === undefined) meter.refused(refusal.reason);
    return sendProblem(reply, refusal);
  };
  const failed = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = asRefusal(error, request);
    if (refusal.reason === 'Internal') onError(error);
    return refuse(reply, refusal);
  };
  const unread = unreadable(meter);
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    // A client that sends its request drop by drop must not hold a connection for ever.
    requestTimeout: 15_000,
    // Node looks for those who are late every 30 s if it is not told.
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1000,
      ServerResponse: boundedAnswers(mostUnanswered, () => meter.refused('TooMany')),
    },
    // A client that takes nothing of its answer for so long must not hold a connection either. Event streams say something every
    // 15 s.
    connectionTimeout: 60_000,
    forceCloseConnections: true,
    maxRequestsPerSocket,
    rewriteUrl: ({ url = '/' }) => withoutAlias(url, endpoints.named),
    // Hooks do not run for what has no path.
    frameworkErrors: (error, request, reply) => {
      failed(error, request, reply);
      answeredPathless(meter, request, reply);
    },
    clientErrorHandler: unread.answer,
  });
  unread.watch(app.server);
  app.server.on('dropRequest', () => {
    meter.refused('TooMany');
    meter.unread(503);
  });
  limitConnections(app.server, { most: maxConnections, meter });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(sdp|trickle-ice-sdpfrag|json)\s*(;|$)/i,
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
  app.setErrorHandler(failed);
  app.setNotFoundHandler(async (_request, reply) => refuse(reply, unknownPath));
  const spanOf = httpSpans(app, tracer);
  allowOrigins(app);
  const isPassedOn = ({ raw }: FastifyRequest) => arrivals.clientOf(raw) !== undefined;
  const waitedMs = metered(app, {
    meter,
    exists: endpoints.exists,
    isPassedOn,
    statusInPlaceOf: unread.statusInPlaceOf,
  });
  const onwards = passOn({ peers, clock, meter, tracer, door, spanOf, isPassedOn });
  for (const role of roles) {
    endpoint(app, { role, endpoints, door, passOn: onwards, spanOf, waitedMs });
    sessionResource(app, { role, endpoints, door, passOn: onwards });
    eventResource(app, { role, endpoints, door, passOn: onwards, events: events[role] });
  }
  layerResource(app, { endpoints, door, passOn: onwards });
  pages(app, files, (room) => endpoints.access('subscriber', room));
  return app;
}

const roles: readonly Role[] = ['publisher', 'subscriber'];

const unknownPath: Refusal = {
  reason: 'UnknownPath',
  detail: 'There are /{namespace}/{room}/whip and /whep, and the pages /{namespace}/{room}/ and /publish.',
};

/** For a body of a type that nobody reads. */
const typeRefusal = ({ method, routeOptions }: FastifyRequest): Refusal => {
  for (const role of roles) if (routeOptions.url === eventsPath[role]) return notJson(role);
  if (routeOptions.url === layerPath) return notLayer;
  return method === 'PATCH' ? notFragment : notSdp;
};

function asRefusal(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refused) return error.refusal;
  const { code, statusCode = 500, message = '' } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return typeRefusal(request);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { reason: 'TooLarge', detail: `A body may have at most ${bodyLimitBytes} bytes here.` };
  if (statusCode < 500) return { reason: 'BadRequest', detail: `${message}.` };
  return { reason: 'Internal', detail: 'This is a fault of the server; its log says more.', retryAfterMs: 5000 };
}
