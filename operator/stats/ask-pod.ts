import { Agent, get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { internalPath, port } from '#crds/contract.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { Pod } from '../kube.ts';

const answerTimeoutMs = 2_000;
/** How long a connection is kept for the next question. Pods keep theirs for longer. */
const keptMs = 15_000;

export interface Question {
  readonly signal: AbortSignal;
  /** Whether the pod will be asked again before long, so that its connection is worth keeping. */
  readonly isAskedSoon: boolean;
}

/**
 * Asks pods for their statistics. A new connection costs three times what the question costs; one that is kept costs memory,
 * which counts where there are thousands. `ask` rejects when the pod does not answer, or with something else.
 */
export function podAsker() {
  const kept = new Agent({ keepAlive: true, maxFreeSockets: 1, timeout: keptMs });

  async function ask(pod: Pod, { signal, isAskedSoon }: Question): Promise<PodStats> {
    const host = pod.status?.podIP;
    if (host === undefined) throw new Error(`${pod.metadata.name} has no address`);
    const response = await asked(host, isAskedSoon ? kept : false, signal);
    const answer = await json(response);
    if (response.statusCode !== 200) throw new Error(`${host} answered ${response.statusCode}`);
    if (!isPodStats(answer)) throw new Error(`${host} answered something else than statistics`);
    return answer;
  }
  return { ask, stop: () => kept.destroy() };
}

function asked(host: string, agent: Agent | false, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = { host, port: port.internal, path: internalPath.stats, agent, timeout: answerTimeoutMs, signal };
  const request = get(options, resolve);
  request.on('timeout', () => request.destroy(new Error(`${host} does not answer`)));
  request.on('error', (error: NodeJS.ErrnoException) => {
    // The pod closed the connection while the question was on its way.
    const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    if (isStale && !signal.aborted) asked(host, false, signal).then(resolve, reject);
    else reject(error);
  });
  return promise;
}

const isPodStats = (value: unknown): value is PodStats =>
  typeof value === 'object' &&
  value !== null &&
  'rooms' in value &&
  Array.isArray(value.rooms) &&
  value.rooms.every((room) => typeof room?.name === 'string' && Number.isInteger(room?.subscribers));
