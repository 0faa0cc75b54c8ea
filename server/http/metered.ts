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

/** Tells of every request and its answer. `exists` says whether there is a room `namespace/name`. */
export function metered(app: FastifyInstance, meter: HttpMeter, exists: (room: string) => boolean) {
  app.addHook('onRequest', async (request) => meter.asked(askedRequest(request, exists)));
  app.addHook('onResponse', async (request, reply) =>
    meter.answered(askedRequest(request, exists), { status: reply.statusCode, seconds: reply.elapsedTime / 1000 }),
  );
}

/** Tells of a request whose path cannot be read. */
export function answeredPathless(meter: HttpMeter, request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply) {
  const asked = { route: 'other', method: methodOf(request) } as const;
  meter.asked(asked);
  meter.answered(asked, { status: statusCode, seconds: elapsedTime / 1000 });
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
