import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath, roomPath } from '#crds/contract.ts';
import type { AskedRequest, HttpMeter, Method, Route } from '../meter.ts';

const room = [':namespace', ':room'] as const;

/** What each path of the routes is for. */
const routes: ReadonlyMap<string | undefined, Route> = new Map([
  [publicPath.whip(...room), 'whip'],
  [`${publicPath.whip(...room)}/:session`, 'whip_session'],
  [publicPath.whep(...room), 'whep'],
  [`${publicPath.whep(...room)}/:session`, 'whep_session'],
  [roomPath(...room), 'player'],
  [publicPath.player(...room), 'player'],
  [publicPath.publisher(...room), 'publisher'],
  [`${roomPath(...room)}/assets/:file`, 'asset'],
]);
const methods: readonly Method[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

/** As proxies have it in their logs: nobody was there to take the answer. */
const clientLeft = 499;

/**
 * Tells of every request and how it ended. `exists` says whether there is a room `namespace/name`.
 *
 * Returns how long ago a request came, in milliseconds: fastify's own clock runs only where it logs, or has a hook for
 * responses.
 */
export function metered(app: FastifyInstance, meter: HttpMeter, exists: (room: string) => boolean) {
  const cameAtMs = new WeakMap<FastifyRequest, number>();
  const waitedMs = (request: FastifyRequest) => performance.now() - (cameAtMs.get(request) ?? performance.now());
  app.addHook('onRequest', async (request, reply) => {
    cameAtMs.set(request, performance.now());
    const asked = askedRequest(request, exists);
    meter.asked(asked);
    // The hook for responses does not run when the client has left.
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? reply.statusCode : clientLeft;
      // What was read: a header may say anything.
      const bytesIn = typeof request.body === 'string' ? Buffer.byteLength(request.body) : 0;
      const bytesOut = Number(reply.getHeader('content-length') ?? 0);
      meter.answered(asked, { status, seconds: waitedMs(request) / 1000, bytesIn, bytesOut });
    });
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
  const { namespace, room: name } = request.params as { readonly namespace?: string; readonly room?: string };
  const id = `${namespace}/${name}`;
  return {
    route: routes.get(request.routeOptions.url) ?? 'other',
    method: methodOf(request),
    ...(exists(id) && { room: id }),
  };
}
