import type { FastifyInstance } from 'fastify';
import { internalPath } from '#crds/contract.ts';
import { type Checkup, type Finding, type Probe, passes } from '../probes/checkup.ts';

/** `/livez`, `/readyz` and `/healthz`; the first two with `?verbose` list what was looked at. */
export function probeRoutes(app: FastifyInstance, checkup: Checkup): void {
  const route = (path: string, probe: Probe) =>
    app.get<{ Querystring: Readonly<Record<string, unknown>> }>(path, async ({ query }, reply) => {
      const findings = (await checkup()).filter((finding) => finding.probe === probe);
      const isOk = passes(findings, probe);
      reply.code(isOk ? 200 : 503);
      if ('verbose' in query) return reply.send({ ok: isOk, checks: findings.map(shown) });
      return reply.type('text/plain; charset=utf-8').send(isOk ? 'ok' : faults(findings));
    });
  route(internalPath.livez, 'live');
  route(internalPath.readyz, 'ready');
  // For whoever has always asked only whether somebody answers.
  app.get(internalPath.healthz, async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok'));
}

const shown = ({ name, isCritical, fault, seconds }: Finding) => ({
  name,
  ok: fault === undefined,
  critical: isCritical,
  durationSeconds: seconds,
  ...(fault !== undefined && { reason: fault }),
});

const faults = (findings: readonly Finding[]): string =>
  findings
    .filter(({ isCritical, fault }) => isCritical && fault !== undefined)
    .map(({ name, fault }) => `${name}: ${fault}`)
    .join('\n');
