import { createServer, type Server } from 'node:http';
import { internalPath } from '#crds/contract.ts';
import type { Finding, Probe } from './health.ts';

export interface InternalServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly health: () => readonly Finding[];
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
}

type Answer = readonly [status: number, type: string, body: string];

/** Probes and metrics. Resolves once it listens; rejects when it cannot. */
export async function internalServer({ host, port, health, metrics }: InternalServerOptions): Promise<Server> {
  const answers: Readonly<Record<string, (query: URLSearchParams) => Promise<Answer>>> = {
    [internalPath.livez]: async (query) => probed(health(), 'live', query.has('verbose')),
    [internalPath.readyz]: async (query) => probed(health(), 'ready', query.has('verbose')),
    [internalPath.metrics]: async () => [200, metrics.contentType, await metrics.metrics()],
  };
  const server = createServer((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?');
    const told = answers[path]?.(new URLSearchParams(query)) ?? Promise.resolve([404, 'text/plain', 'not found\n']);
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

/** `ok` or what is wrong; verbose, all that was looked at, as the servers of rooms show it. */
function probed(all: readonly Finding[], probe: Probe, isVerbose: boolean): Answer {
  const findings = all.filter((finding) => finding.probe === probe);
  const faults = findings.filter(({ fault }) => fault !== undefined);
  const isOk = faults.length === 0;
  const status = isOk ? 200 : 503;
  if (isVerbose) return [status, 'application/json', `${JSON.stringify({ ok: isOk, checks: findings.map(shown) })}\n`];
  return [status, 'text/plain', isOk ? 'ok\n' : faults.map(({ name, fault }) => `${name}: ${fault}\n`).join('')];
}

const shown = ({ name, fault }: Finding) => ({
  name,
  ok: fault === undefined,
  critical: true,
  ...(fault !== undefined && { reason: fault }),
});
