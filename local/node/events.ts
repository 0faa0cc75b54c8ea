import { createHash } from 'node:crypto';
import { isStatus } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import type { Pod } from './objects.ts';
import { rfc3339 } from './rfc3339.ts';

/** Tells the readers of `kubectl describe pod` what happened. Never throws: an Event that cannot be written is lost. */
export type Report = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string) => void;

interface Known {
  readonly name: string;
  count: number;
  writtenAt: number;
}

/** The same Event again is counted, and its count written at most so often. */
const writeCountEveryMs = 10_000;
/** Events live for an hour in the API server; remembering more different ones than this would only cost memory. */
const mostRemembered = 500;

export function eventRecorder(
  client: KubeClient,
  node: string,
  now: () => number,
  log: (line: string) => void,
): Report {
  const known = new Map<string, Known>();

  async function create(pod: Pod, type: string, reason: string, message: string, name: string): Promise<void> {
    const { namespace, name: podName, uid } = pod.metadata;
    const time = rfc3339(now());
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name: podName, uid },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: 'kubelet', host: node },
      reportingComponent: 'kubelet',
      reportingInstance: node,
    };
    await client.request('POST', `/api/v1/namespaces/${namespace}/events`, { body });
  }

  async function recount(pod: Pod, { name, count }: Known): Promise<void> {
    await client.request('PATCH', `/api/v1/namespaces/${pod.metadata.namespace}/events/${name}`, {
      contentType: 'application/merge-patch+json',
      body: { count, lastTimestamp: rfc3339(now()) },
    });
  }

  async function report(pod: Pod, type: string, reason: string, message: string): Promise<void> {
    const key = createHash('sha256')
      .update(JSON.stringify([pod.metadata.uid, reason, message]))
      .digest('hex');
    const before = known.get(key);
    if (before === undefined) {
      const [oldest] = known.keys();
      if (known.size >= mostRemembered && oldest !== undefined) known.delete(oldest);
      const name = `${pod.metadata.name}.${now().toString(16)}${key.slice(0, 6)}`;
      known.set(key, { name, count: 1, writtenAt: now() });
      return await create(pod, type, reason, message, name);
    }
    before.count++;
    if (now() - before.writtenAt < writeCountEveryMs) return;
    before.writtenAt = now();
    await recount(pod, before).catch((error) => {
      if (isStatus(error, 404)) known.delete(key);
      else throw error;
    });
  }

  return (pod, type, reason, message) => {
    report(pod, type, reason, message).catch((error) => {
      // A namespace that is being deleted takes no new Events.
      if (!isStatus(error, 403) && !isStatus(error, 404))
        log(`Event ${reason} of ${pod.metadata.name}: ${error.message}`);
    });
  };
}
