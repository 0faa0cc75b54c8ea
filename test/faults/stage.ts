import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import { ownSelector } from '#operator/build/labels.ts';
import { type ClientConfig, type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import { collectionPath, objectPath } from '#operator/cluster/client/paths.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';
import { installRoomKinds } from './kinds.ts';
import { type Mirror, mirror } from './mirror.ts';
import { standIn } from './stand-in.ts';

/** A real API server whose pods run in name, and a client that no fault befalls. */
export interface Stage {
  readonly cluster: OperatedCluster;
  readonly server: ClientConfig;
  readonly client: KubeClient;
  readonly seen: Mirror;
  readonly stats: Map<string, PodStats>;
  namespace(name: string): Promise<void>;
  /** Makes a room or changes it to this spec. */
  room(namespace: string, name: string, spec: object): Promise<LiveRoom>;
  /** Nothing, if it is not there. */
  deleteRoom(namespace: string, name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Nothing is left of a stage that could not be set. */
export async function stage(): Promise<Stage> {
  await using held = new AsyncDisposableStack();
  const cluster = await operatedCluster();
  held.defer(() => cluster.stop());
  await installRoomKinds(cluster);
  const { server } = cluster;
  const client = kubeClient(server);
  held.defer(() => client.close());
  await client.request('PATCH', '/api/v1/nodes/node-1/status', {
    contentType: 'application/merge-patch+json',
    body: { status: { capacity: roomy, allocatable: roomy } },
  });
  const seen = await mirror(client, ownSelector);
  const stats = new Map<string, PodStats>();
  const { settled } = standIn(client, seen, stats);
  held.defer(async () => void (await settled()));
  held.defer(() => seen.stop());
  const kept = held.move();
  return { cluster, server, client, seen, stats, ...users(client), stop: () => kept.disposeAsync() };
}

/** What those do for whom all this is. */
function users(client: KubeClient): Pick<Stage, 'namespace' | 'room' | 'deleteRoom'> {
  return {
    async namespace(name) {
      const path = collectionPath({ apiVersion: 'v1', kind: 'Namespace' });
      await client.request('POST', path, { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
      // Pods are refused until there is one.
      await client.request('POST', `${path}/${name}/serviceaccounts`, { body: account }).catch(() => undefined);
    },
    async room(namespace, name, spec) {
      const object = aRoom(name, spec, namespace);
      return await client.request<LiveRoom>('PATCH', objectPath(object), {
        query: { fieldManager: 'somebody', force: true },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
    },
    async deleteRoom(namespace, name) {
      const path = objectPath(aRoom(name, {}, namespace));
      await client.request('DELETE', path, { body: { propagationPolicy: 'Background' } }).catch((error) => {
        if (error.status !== 404) throw error;
      });
    },
  };
}

const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };

/** What thousands of pods fit on. */
const roomy = { cpu: '10000', memory: '10000Gi', pods: '10000' };
