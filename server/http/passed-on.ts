/**
 * Requests that other pods pass on to this one, on the internal port: the public server answers them, as if they had come
 * to it.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { internalPath } from '#crds/contract.ts';
import type { HttpMeter } from '../meter.ts';
import { answerHeader, requestHeader } from '../peers/envelope.ts';
import type { Peers } from '../peers/peers.ts';
import type { Refusal } from '../room/refusal.ts';
import { sendProblem } from './problem.ts';
import { unknownSession } from './unknown-session.ts';

/** Which requests came by another pod, and for whom. */
export interface Arrivals {
  note(request: IncomingMessage, client: string): void;
  /** The client's address; undefined for a request that came by itself. */
  clientOf(request: IncomingMessage): string | undefined;
}

export function arrivals(): Arrivals {
  const clients = new WeakMap<IncomingMessage, string>();
  return { note: (request, client) => void clients.set(request, client), clientOf: (request) => clients.get(request) };
}

export interface PassedOnOptions {
  readonly peers: Pick<Peers, 'receive'>;
  readonly arrivals: Arrivals;
  readonly meter: Pick<HttpMeter, 'takenOver'>;
  /** The public server. */
  readonly answerer: Pick<FastifyInstance, 'routing'>;
}

export function passedOnRoute(app: FastifyInstance, { peers, arrivals, meter, answerer }: PassedOnOptions): void {
  const onRequest = async ({ raw, headers, method }: FastifyRequest, reply: FastifyReply) => {
    const received = peers.receive(String(headers[requestHeader] ?? ''), method);
    meter.takenOver(received.result);
    if (received.result === 'Forged') {
      return reply.code(404).send();
    }
    reply.raw.setHeader(answerHeader, received.proof);
    if (received.result !== 'Taken') {
      return sendProblem(reply, refusals[received.result]);
    }
    const { path, client, headers: passed } = received.request;
    const { 'content-length': length, 'transfer-encoding': coding } = headers;
    arrivals.note(raw, client);
    raw.url = path;
    raw.headers = {
      ...passed,
      ...(length && { 'content-length': length }),
      ...(coding && { 'transfer-encoding': coding }),
    };
    reply.hijack();
    answerer.routing(raw, reply.raw);
  };
  app.all(internalPath.passedOn, { onRequest, handler: async () => undefined });
}

/** A pod that came to have another's address has none of its sessions. */
const refusals = {
  Misdirected: unknownSession,
  Repeated: { reason: 'BadRequest', detail: 'This very request has been taken already.' },
  Stale: {
    reason: 'PodUnreachable',
    detail: 'The clocks of two nodes differ by more than 30 seconds, so that their pods do not believe each other.',
    retryAfterMs: 30_000,
  },
} as const satisfies Record<string, Refusal>;
