import fastify, { type FastifyInstance } from 'fastify';
import { internalPath, type PodStats } from '#crds/contract.ts';
import type { Exposition, Format } from '../metrics/exposition.ts';
import { scrapeFormat } from './accept.ts';

/** What the cluster asks a pod. Each check answers with what is wrong, or undefined. */
export interface Internals {
  live(): Promise<string | undefined>;
  ready(): Promise<string | undefined>;
  stats(): Promise<PodStats>;
  metrics(format: Format): Promise<Exposition>;
}

/** Probes, metrics and statistics, not listening yet. Never reachable from outside the cluster. */
export function internalServer(internals: Internals): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  const probe = (path: string, check: () => Promise<string | undefined>) =>
    app.get(path, async (_request, reply) => {
      const fault = await check();
      return reply
        .code(fault === undefined ? 200 : 503)
        .type('text/plain; charset=utf-8')
        .send(fault ?? 'ok');
    });
  probe(internalPath.livez, internals.live);
  probe(internalPath.readyz, internals.ready);
  probe(internalPath.healthz, async () => undefined);
  app.get(internalPath.stats, async (_request, reply) => reply.send(await internals.stats()));
  app.get(internalPath.metrics, async (request, reply) => {
    const { contentType, body } = await internals.metrics(scrapeFormat(request.headers.accept));
    return reply.header('content-type', contentType).send(body);
  });
  return app;
}
