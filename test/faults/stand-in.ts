import { label } from '#crds/contract.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { objectPath } from '#operator/cluster/client/paths.ts';
import { type HTTPRoute, type Ingress, isBeingDeleted, isReady, type KubeObject, type Pod } from '#operator/kube.ts';
import type { Mirror } from './mirror.ts';

/**
 * Does at once with every pod what a kubelet would: one that the scheduler has placed is Ready, one that is deleted is
 * gone. `stats` is what the pods then answer the operator, by their names. Says of every route that it leads somewhere.
 */
export function standIn(
  client: KubeClient,
  seen: Mirror,
  stats: Map<string, PodStats>,
): { readonly settled: () => Promise<unknown> } {
  const busy = new Map<string, Promise<unknown>>();

  const patchStatus = (object: KubeObject, status: object) =>
    client.request('PATCH', `${objectPath(object)}/status`, {
      contentType: 'application/merge-patch+json',
      body: { status },
    });
  const run = async (pod: Pod) => {
    const { name, namespace = '', labels = {} } = pod.metadata;
    const room = { namespace, name: labels[label.room] ?? '', subscribers: 0 };
    stats.set(name, { version: '0.1.0', draining: false, rooms: [room] });
    await patchStatus(pod, readyStatus());
  };
  const end = async (pod: Pod) => {
    await client.request('DELETE', objectPath(pod), { body: { gracePeriodSeconds: 0 } });
    stats.delete(pod.metadata.name);
  };
  const ofPod = (pod: Pod) =>
    isBeingDeleted(pod) ? end(pod) : pod.spec.nodeName !== undefined && !isReady(pod) ? run(pod) : undefined;
  const act = (object: KubeObject) => {
    if (object.kind === 'Pod') return ofPod(object as Pod);
    const status = isServed(object) ? undefined : routeStatus(object);
    return status && patchStatus(object, status);
  };

  seen.onObject((object) => {
    const key = `${object.metadata.uid} ${isBeingDeleted(object)}`;
    if (busy.has(key)) return;
    const work = act(object);
    if (work === undefined) return;
    // What has gone meanwhile needs nothing any more.
    busy.set(
      key,
      work.catch(() => undefined).finally(() => busy.delete(key)),
    );
  });
  return { settled: () => Promise.all(busy.values()) };
}

/** Whether its status says so already. */
const isServed = (route: KubeObject): boolean =>
  (route as Ingress).status?.loadBalancer?.ingress !== undefined || (route as HTTPRoute).status?.parents !== undefined;

/** As whoever serves it would say; undefined of anything else. */
function routeStatus(object: KubeObject): object | undefined {
  if (object.kind === 'Ingress') return { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } };
  if (object.kind !== 'HTTPRoute') return undefined;
  const { parentRefs } = (object as KubeObject & { spec: { parentRefs: readonly object[] } }).spec;
  const lastTransitionTime = new Date().toISOString();
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True', lastTransitionTime }));
  return { parents: parentRefs.map((parentRef) => ({ parentRef, conditions })) };
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
