import { label } from '#crds/contract.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { KubeClient } from '#operator/cluster/client.ts';
import { objectPath } from '#operator/cluster/paths.ts';
import { isBeingDeleted, isReady, type Pod } from '#operator/kube.ts';
import type { Mirror } from './mirror.ts';

/**
 * Does at once with every pod what a kubelet would: one that the scheduler has placed is Ready, one that is deleted is
 * gone. `stats` is what the pods then answer the operator, by their names.
 */
export function standIn(
  client: KubeClient,
  seen: Mirror,
  stats: Map<string, PodStats>,
): { readonly settled: () => Promise<unknown> } {
  const busy = new Map<string, Promise<unknown>>();

  const run = async (pod: Pod) => {
    const { name, namespace = '', labels = {} } = pod.metadata;
    const room = { namespace, name: labels[label.room] ?? '', subscribers: 0 };
    stats.set(name, { version: '0.1.0', draining: false, rooms: [room] });
    await client.request('PATCH', `${objectPath(pod)}/status`, {
      contentType: 'application/merge-patch+json',
      body: { status: readyStatus() },
    });
  };
  const end = async (pod: Pod) => {
    await client.request('DELETE', objectPath(pod), { body: { gracePeriodSeconds: 0 } });
    stats.delete(pod.metadata.name);
  };
  const act = (pod: Pod) =>
    isBeingDeleted(pod) ? end(pod) : pod.spec.nodeName !== undefined && !isReady(pod) ? run(pod) : undefined;

  seen.onPod((pod) => {
    const key = `${pod.metadata.uid} ${isBeingDeleted(pod)}`;
    if (busy.has(key)) return;
    const work = act(pod);
    if (work === undefined) return;
    // A pod that has gone meanwhile needs nothing any more.
    busy.set(
      key,
      work.catch(() => undefined).finally(() => busy.delete(key)),
    );
  });
  return { settled: () => Promise.all(busy.values()) };
}

function readyStatus() {
  const lastTransitionTime = new Date().toISOString();
  return {
    phase: 'Running',
    podIP: '10.244.9.9',
    podIPs: [{ ip: '10.244.9.9' }],
    conditions: ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime,
    })),
  };
}
