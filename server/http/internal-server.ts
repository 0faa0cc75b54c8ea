import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { internalPath, port } from '#crds/contract.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import { type ViewersStats, viewersTold } from '#crds/viewer-stats.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { Format } from '../metrics/family-text.ts';
import type { Checkup } from '../probes/checkup.ts';
import type { Refusal } from '../room/refusal.ts';
import { type PassedOnOptions, passedOnRoute } from './passed-on.ts';
import { probeRoutes } from './probes.ts';
import { sendProblem } from './problem.ts';
import { scrapeFormat } from './scrape-format.ts';
import type { Turns } from './turns.ts';

/** So that nobody can have any number of requests wait on one connection, by sending them without awaiting answers. */
const maxRequestsPerSocket = 100;

/**
 * A head that a client may send to the public port, 16 KiB, in JSON and then in base64: all of it may be quotes, or letters
 * that take two bytes.
 */
const maxHeaderSize = 64 * 1024;

/** What the cluster asks a pod. */
export interface Internals {
  readonly checkup: Checkup;
  stats(): Promise<PodStats>;
  /** Of one room, or of all. Undefined for a room that the pod does not have. */
  viewers(room: string | undefined, most: number): Promise<ViewersStats | undefined>;
  scrape(format: Format): Promise<Exposition>;
  /** When metrics and statistics are given to an address. Probes are answered at once. */
  readonly turns: Turns;
  /** How requests of other pods are answered; absent where there are none. */
  readonly passedOn?: PassedOnOptions;
}

/** Probes, metrics and statistics, not listening yet. Never reachable from outside the cluster. */
export function internalServer(internals: Internals): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, maxRequestsPerSocket, http: { maxHeaderSize } });
  app.setNotFoundHandler(async (_request, reply) => sendProblem(reply, unknownPath));
  probeRoutes(app, internals.checkup);
  const onRequest = async ({ ip }: FastifyRequest, { raw }: FastifyReply) => {
    const { come, leave } = internals.turns(ip);
    raw.once('close', leave);
    await come;
  };
  if (internals.passedOn !== undefined) passedOnRoute(app, internals.passedOn);
  app.get(internalPath.stats, { onRequest }, async (_request, reply) => reply.send(await internals.stats()));
  app.get(internalPath.viewers, { onRequest }, async ({ query }, reply) => {
    const { room, limit = String(viewersTold.usual) } = query as { readonly room?: string; readonly limit?: string };
    const most = Number(limit);
    if (!Number.isInteger(most) || most < 1 || most > viewersTold.most)
      return reply.code(400).send({ error: `limit is a number from 1 to ${viewersTold.most}` });
    const told = await internals.viewers(room, most);
    return told === undefined ? reply.code(404).send({ error: unknownRoom }) : reply.send(told);
  });
  app.get(internalPath.metrics, { onRequest }, async (request, reply) => {
    const { contentType, body } = await internals.scrape(scrapeFormat(request.headers.accept));
    return reply.header('content-type', contentType).send(body);
  });
  return app;
}

/** What people and programs ask for; other pods know their own way. */
const { metrics, stats, viewers, livez, readyz, healthz } = internalPath;

const unknownRoom = `this pod has no such room; rooms are named NAMESPACE/NAME, as ${stats} has them`;

const unknownPath: Refusal = {
  reason: 'UnknownPath',
  detail:
    `There are ${metrics}, ${stats}, ${viewers}, ${livez}, ${readyz} and ${healthz}, to GET. ` +
    `WHIP, WHEP and the pages are at another port, ${port.http} unless told otherwise.`,
};
