import { createServer, type Server } from 'node:http';
import { internalPath } from '#crds/contract.ts';

export interface InternalServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly isReady: () => boolean;
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
}

/** Probes and metrics. Resolves once it listens; rejects when it cannot. */
export async function internalServer({ host, port, isReady, metrics }: InternalServerOptions): Promise<Server> {
  const answers: Readonly<Record<string, () => Promise<readonly [number, string, string]>>> = {
    [internalPath.livez]: async () => [200, 'text/plain', 'ok\n'],
    [internalPath.readyz]: async () =>
      isReady() ? [200, 'text/plain', 'ok\n'] : [503, 'text/plain', 'the first lists are not in yet\n'],
    [internalPath.metrics]: async () => [200, metrics.contentType, await metrics.metrics()],
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    const told = answer?.() ?? Promise.resolve([404, 'text/plain', 'not found\n'] as const);
    told.then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
