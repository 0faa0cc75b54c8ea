import fastify, { type FastifyInstance } from 'fastify';
import { internalPath, type PodStats } from '#crds/contract.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { Format } from '../metrics/family-text.ts';
import type { Checkup } from '../probes/checkup.ts';
import { scrapeFormat } from './accept.ts';
import { probeRoutes } from './probes.ts';

/** What the cluster asks a pod. */
export interface Internals {
  readonly checkup: Checkup;
  stats(): Promise<PodStats>;
  metrics(format: Format): Promise<Exposition>;
}

/** Probes, metrics and statistics, not listening yet. Never reachable from outside the cluster. */
export function internalServer(internals: Internals): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  probeRoutes(app, internals.checkup);
  app.get(internalPath.stats, async (_request, reply) => reply.send(await internals.stats()));
  app.get(internalPath.metrics, async (request, reply) => {
    const { contentType, body } = await internals.metrics(scrapeFormat(request.headers.accept));
    return reply.header('content-type', contentType).send(body);
  });
  return app;
}
