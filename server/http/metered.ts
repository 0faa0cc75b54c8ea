import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath, roomPath } from '#crds/contract.ts';
import type { AskedRequest, HttpMeter, Method, Route } from '../meter.ts';
import { roomId } from '../room/room-id.ts';
import { eventsPath, layerPath } from './session-links.ts';

const room = [':namespace', ':room'] as const;

/** What each path of the routes is for. */
const routes: ReadonlyMap<string | undefined, Route> = new Map([
  [publicPath.whip(...room), 'whip'],
  [`${publicPath.whip(...room)}/:session`, 'whip_session'],
  [publicPath.whep(...room), 'whep'],
  [`${publicPath.whep(...room)}/:session`, 'whep_session'],
  [eventsPath.publisher, 'whip_events'],
  [`${eventsPath.publisher}/:stream`, 'whip_events'],
  [eventsPath.subscriber, 'whep_events'],
  [`${eventsPath.subscriber}/:stream`, 'whep_events'],
  [layerPath, 'whep_layer'],
  [roomPath(...room), 'player'],
  [publicPath.player(...room), 'player'],
  [publicPath.publisher(...room), 'publisher'],
  [`${roomPath(...room)}/assets/:file`, 'asset'],
]);
const methods: readonly Method[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

/** An answer that goes on for as long as its client likes is over, for statistics, when it begins. */
export const isEndless = (reply: FastifyReply): boolean => reply.getHeader('content-type') === 'text/event-stream';

/** As proxies have it in their logs: nobody was there to take the answer. */
const clientLeft = 499;

export interface MeteredOptions {
  readonly meter: HttpMeter;
  readonly exists: (room: string) => boolean;
  readonly isPassedOn: (request: FastifyRequest) => boolean;
  /** What was answered in the place of this, as its request could not be read to the end. */
  readonly statusInPlaceOf: (answer: ServerResponse) => number | undefined;
}

/**
 * Tells of every request and how it ended, but of those that another pod passed on, which tells of them. `exists` says
 * whether there is a room `namespace/name`.
 *
 * Returns how long ago a request came, in milliseconds: fastify's own clock runs only where it logs, or has a hook for
 * responses.
 */
export function metered(app: FastifyInstance, { meter, exists, isPassedOn, statusInPlaceOf }: MeteredOptions) {
  const cameAtMs = new WeakMap<FastifyRequest, number>();
  const waitedMs = (request: FastifyRequest) => performance.now() - (cameAtMs.get(request) ?? performance.now());
  const answered = (request: FastifyRequest, reply: FastifyReply, status: number) => {
    // What was read: a header may say anything.
    const bytesIn = typeof request.body === 'string' ? Buffer.byteLength(request.body) : 0;
    const bytesOut = Number(reply.getHeader('content-length') ?? 0);
    const seconds = waitedMs(request) / 1000;
    meter.answered(askedRequest(request, exists), { status, seconds, bytesIn, bytesOut });
  };
  app.addHook('onRequest', (request, reply, done) => {
    cameAtMs.set(request, performance.now());
    if (isPassedOn(request)) return done();
    meter.asked(askedRequest(request, exists));
    // The hook for responses does not run when the client has left.
    reply.raw.once('close', () => {
      if (isEndless(reply)) return;
      const { raw, statusCode } = reply;
      answered(request, reply, raw.writableFinished ? statusCode : (statusInPlaceOf(raw) ?? clientLeft));
    });
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (isEndless(reply) && !isPassedOn(request)) answered(request, reply, reply.statusCode);
    done(null, payload);
  });
  return waitedMs;
}

/** Tells of a request whose path cannot be read, which is answered at once. */
export function answeredPathless(meter: HttpMeter, request: FastifyRequest, { statusCode }: FastifyReply) {
  const asked = { route: 'other', method: methodOf(request) } as const;
  meter.asked(asked);
  meter.answered(asked, { status: statusCode, seconds: 0 });
}

const methodOf = ({ method }: FastifyRequest): Method => methods.find((known) => known === method) ?? 'other';

function askedRequest(request: FastifyRequest, exists: (room: string) => boolean): AskedRequest {
  const { namespace = '', room: name = '' } = request.params as { readonly namespace?: string; readonly room?: string };
  const id = roomId({ namespace, name });
  return {
    route: routes.get(request.routeOptions.url) ?? 'other',
    method: methodOf(request),
    ...(exists(id) && { room: id }),
  };
}
