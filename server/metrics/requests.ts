import { Counter, type Registry } from 'prom-client';
import { metric } from '#crds/contract.ts';
import { type HandshakeFailure, handshakeFailures, type RefusalReason, refusalReasons } from '../room/refusal.ts';

/** Clients that were turned away, at the door or in the handshake. Every reason has its series from the start. */
export function requestMetrics(registry: Registry) {
  const refused = new Counter({
    name: metric.requestsRefused,
    help: 'Requests that were refused, and sessions whose handshake failed.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of [...refusalReasons, ...handshakeFailures]) refused.inc({ reason }, 0);
  return { refused: (reason: RefusalReason | HandshakeFailure) => refused.inc({ reason }) };
}
