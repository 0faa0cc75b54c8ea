import type { Cluster } from '#local/cluster.ts';
import type { Pod } from '#local/node/objects.ts';
import { eventually } from '#test/harness/eventually.ts';
import type { Kubectl } from '#test/harness/kubectl.ts';

/** What the tests ask about pods of the default namespace. */
export interface Look {
  pod(name: string): Promise<Pod | undefined>;
  /** The pod, once it is ready. */
  ready(name: string): Promise<Pod>;
  /** The pod, once it is ready and the front door, which hears of that a moment later, leads to it by a Service of its name. */
  reached(name: string): Promise<Pod>;
  /** Settled once the pod has such an Event. */
  said(name: string, reason: string, message: RegExp): Promise<void>;
  /** Why its first container waits, once that is for this reason. */
  waiting(name: string, reason: string): Promise<{ message?: string }>;
  /** Asks a pod by way of a Service of its own name and the front door. */
  ask(name: string, path: string, init?: RequestInit): Promise<Response>;
}

export function lookAt(cluster: Cluster, kube: Kubectl): Look {
  const pod = (name: string) => kube.get<Pod>('pod', name);
  const ready = (name: string) =>
    eventually(`pod ${name} is ready`, async () => {
      const found = await pod(name);
      return isReady(found) ? found : undefined;
    });
  const ask: Look['ask'] = (name, path, init) => fetch(`${cluster.httpURL}/default/${name}/${path}`, init);
  return {
    pod,
    ready,
    async reached(name) {
      const found = await ready(name);
      await eventually(`the front door leads to ${name}`, async () => (await ask(name, 'env')).ok);
      return found;
    },
    async said(name, reason, message) {
      const selector = `--field-selector=involvedObject.name=${name}`;
      await eventually(`pod ${name} has an Event ${reason} like ${message}`, async () => {
        const found = await kube.get<{ items: { reason: string; message: string }[] }>('events', selector);
        return found?.items.some((event) => event.reason === reason && message.test(event.message));
      });
    },
    waiting: (name, reason) =>
      eventually(`pod ${name} waits with ${reason}`, async () => {
        const state = (await pod(name))?.status?.containerStatuses?.[0]?.state;
        return state?.waiting?.reason === reason ? state.waiting : undefined;
      }),
    ask,
  };
}

export const isReady = (pod: Pod | undefined) =>
  (pod?.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
