/** What stands for a node where nothing runs pods: what a kubelet would have the API server know. */
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { objectPath } from '#operator/cluster/client/paths.ts';
import type { KubeObject } from '#operator/kube.ts';

/** Where the nodes of such a cluster are. */
export const nodeAddress = '198.51.100.7';

/** Makes an object, or makes it so. */
export const apply = (client: KubeClient, object: KubeObject) =>
  client.request('PATCH', objectPath(object), {
    query: { fieldManager: 'test', force: true },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });

/** Changes the fields of a status that are given. */
export const patchStatus = (client: KubeClient, object: KubeObject, status: object) =>
  client.request('PATCH', `${objectPath(object)}/status`, {
    contentType: 'application/merge-patch+json',
    body: { status },
  });

/** Registers a node as a kubelet does. Resolves to its heartbeat. */
export async function addNode(client: KubeClient, name: string): Promise<() => Promise<unknown>> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  const resources = { cpu: '8', memory: '16Gi', pods: '200' };
  const addresses = [{ type: 'InternalIP', address: nodeAddress }];
  const beat = () =>
    patchStatus(client, node, {
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: new Date().toISOString() }],
    });
  await apply(client, node);
  await patchStatus(client, node, { addresses, capacity: resources, allocatable: resources });
  await beat();
  return beat;
}

/** The status of a pod that runs and is Ready. */
export function readyPod(): object {
  const lastTransitionTime = new Date().toISOString();
  const types = ['Initialized', 'ContainersReady', 'Ready'];
  const podIP = '10.244.9.9';
  return {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime })),
  };
}
