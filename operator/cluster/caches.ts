import { annotation, group } from '#crds/contract.ts';
import { merged, withDefaults } from '#crds/defaults.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import { hostPortOf } from '../decide/media-address.ts';
import type { Ingress, KubeObject, Namespace, Node, Pod } from '../kube.ts';
import type { SpecDefaults } from '../spec-defaults.ts';
import { type Cache, cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { httpRoutes } from './http-routes.ts';
import { indexOf } from './index-of.ts';
import { keyOfOwned, ownKey, roomKey } from './keys.ts';
import { leanNamespace, leanPod } from './lean.ts';
import { isSameNode, leanNode } from './lean-node.ts';
import { monitoring } from './monitoring.ts';
import { collectionPath } from './paths.ts';
import type { How } from './store.ts';
import type { Urgency } from './turn.ts';
import type { Watch } from './watch.ts';

export interface CachesOptions {
  readonly client: KubeClient;
  /** Label selector of what the operator makes. */
  readonly ownSelector: string;
  /** Something about this key may have changed: `namespace/room`, `namespace` for what a namespace has once, or `ownKey`. */
  readonly onKey: (key: string, urgency?: Urgency) => void;
  /** What rooms get where their spec is silent. */
  readonly defaults?: SpecDefaults;
  readonly onError: (error: unknown) => void;
  /** How often to look for kinds that come and go. */
  readonly discoverEveryMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

export type PodIndexes = ReturnType<typeof podIndexes>;

export const podIndexes = () => ({
  node: indexOf<Pod, string>(({ spec }) => spec.nodeName),
  hostPort: indexOf<Pod, number>(hostPortOf),
});

/** A copy of everything that the operator looks at. */
export function caches(options: CachesOptions, podsBy: PodIndexes) {
  const { onKey } = options;
  const common = commonOf(options);
  const ours = {
    ...common,
    query: { labelSelector: options.ownSelector },
    groupOf: keyOfOwned,
    onChange: (object: KubeObject, _previous: KubeObject | undefined, how: How) =>
      onKey(keyOfOwned(object), urgency[how]),
  };
  const rooms = roomCache(options);
  const pods = cache<Pod>({ ...ours, path: core('Pod'), keep: leanPod, indexes: Object.values(podsBy) });
  return {
    rooms,
    pods,
    services: cache<KubeObject>({ ...ours, path: core('Service') }),
    configMaps: cache<KubeObject>({ ...ours, path: core('ConfigMap') }),
    budgets: cache<KubeObject>({
      ...ours,
      path: collectionPath({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }),
      onChange(budget, previous, how) {
        // Its status counts pods.
        if (budget.metadata.generation !== previous?.metadata.generation) ours.onChange(budget, previous, how);
      },
    }),
    nodes: nodeCache(options, (node) => pods.pick(podsBy.node.keys(node))),
    namespaces: namespaceCache(options, rooms),
    monitors: monitorCaches(options, ours, rooms),
    ingresses: cache<Ingress>({
      ...ours,
      path: collectionPath({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }),
    }),
    routes: routeCaches(options, ours, rooms),
  };
}

type Ours = Parameters<typeof monitoring>[0]['cacheOptions'];

const commonOf = ({ client, onError, now, random }: CachesOptions) => ({
  client,
  onError,
  ...(now && { now }),
  ...(random && { random }),
});

const core = (kindName: string) => collectionPath({ apiVersion: 'v1', kind: kindName });

const roomCache = (options: CachesOptions) =>
  cache<LiveRoom>({
    ...commonOf(options),
    path: collectionPath({ apiVersion: `${group}/${apiVersion}`, kind }),
    // From here on a room has all that it is to have. An operator may be newer than the CRD, which then prunes what is new.
    keep: (room) => ({ ...room, spec: withDefaults(specSchema, merged(specSchema, room.spec, options.defaults)) }),
    groupOf: ({ metadata: { namespace } }) => namespace,
    onChange(room, previous, how) {
      if (previous !== undefined && isOnlyStatus(room, previous)) return;
      options.onKey(roomKey(room), urgency[how]);
      options.onKey(room.metadata.namespace, urgency[how]);
    },
  });

const nodeCache = (options: CachesOptions, podsOn: (node: string) => readonly Pod[]) =>
  cache<Node>({
    ...commonOf(options),
    path: core('Node'),
    keep: leanNode,
    onChange(node, previous, how) {
      if (isSameNode(node, previous)) return;
      for (const pod of podsOn(node.metadata.name)) options.onKey(keyOfOwned(pod), urgency[how]);
    },
  });

const namespaceCache = (options: CachesOptions, rooms: Cache<LiveRoom>) =>
  cache<Namespace>({
    ...commonOf(options),
    path: core('Namespace'),
    keep: leanNamespace,
    onChange(namespace, previous, how) {
      if (isSameNamespace(namespace, previous)) return;
      for (const room of rooms.group(namespace.metadata.name)) options.onKey(roomKey(room), urgency[how]);
      options.onKey(namespace.metadata.name, urgency[how]);
    },
  });

const monitorCaches = (
  { client, onKey, onError, discoverEveryMs = 10_000 }: CachesOptions,
  ours: Ours,
  rooms: Cache<LiveRoom>,
) =>
  monitoring({
    client,
    everyMs: discoverEveryMs,
    onNews() {
      onKey(ownKey, 'Resync');
      for (const room of rooms.list()) {
        onKey(roomKey(room), 'Resync');
        onKey(room.metadata.namespace, 'Resync');
      }
    },
    onError,
    cacheOptions: {
      ...ours,
      // Each room says whether its namespace is monitored.
      onChange(object, _previous, how) {
        const namespace = keyOfOwned(object);
        onKey(namespace, urgency[how]);
        for (const room of rooms.group(namespace)) onKey(roomKey(room), 'Resync');
      },
    },
  });

const routeCaches = (
  { client, onKey, onError, discoverEveryMs = 10_000 }: CachesOptions,
  ours: Ours,
  rooms: Cache<LiveRoom>,
) =>
  httpRoutes({
    everyMs: discoverEveryMs,
    cacheOptions: { ...ours, client },
    onNews() {
      const concerned = [...rooms.list()].filter(({ spec }) => spec.network.http?.gatewayRef !== undefined);
      for (const room of concerned) onKey(roomKey(room), 'Resync');
    },
    onError,
  });

/** All kinds that are watched, those that come and go with them. */
export const watchesOf = (every: ReturnType<typeof caches>): readonly Watch[] => [
  ['LiveRoom', every.rooms],
  ['Pod', every.pods],
  ['Service', every.services],
  ['ConfigMap', every.configMaps],
  ['PodDisruptionBudget', every.budgets],
  ['Ingress', every.ingresses],
  ['Node', every.nodes],
  ['Namespace', every.namespaces],
  ...every.monitors.watches(),
  ...every.routes.watches(),
];

/** Everything of ours but pods that belongs to a key. */
export const objectsOf = (
  { services, configMaps, budgets, ingresses, routes, monitors }: ReturnType<typeof caches>,
  key: string,
): KubeObject[] =>
  [services, configMaps, budgets, ingresses, routes, monitors].flatMap((one): KubeObject[] => one.group(key));

/** Every key that there is something of. */
export function keysIn({ rooms, nodes: _, namespaces: __, ...ours }: ReturnType<typeof caches>): ReadonlySet<string> {
  const owned = Object.values(ours).flatMap((one): KubeObject[] => [...one.list()]);
  const ofRooms = [...rooms.list()].flatMap((room) => [roomKey(room), room.metadata.namespace]);
  return new Set([ownKey, ...ofRooms, ...owned.map(keyOfOwned)]);
}

const urgency: Readonly<Record<How, Urgency>> = { Listed: 'Resync', Watched: 'Edit' };

/** Our own reports are no news. */
const isOnlyStatus = (room: LiveRoom, previous: LiveRoom): boolean =>
  room.metadata.generation === previous.metadata.generation &&
  room.metadata.deletionTimestamp === previous.metadata.deletionTimestamp &&
  room.metadata.annotations?.[annotation.reconcile] === previous.metadata.annotations?.[annotation.reconcile];

/** By its labels a Prometheus may select it. */
const isSameNamespace = (a: Namespace, b: Namespace | undefined): boolean =>
  a.status?.phase === b?.status?.phase && JSON.stringify(a.metadata.labels) === JSON.stringify(b?.metadata.labels);
