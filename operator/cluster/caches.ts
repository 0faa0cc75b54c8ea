import type { LiveRoom } from '#crds/liveroom.ts';
import { hostPortOf } from '../decide/media-address.ts';
import type { Ingress, KubeObject, Pod } from '../kube.ts';
import type { SpecDefaults } from '../spec-defaults.ts';
import type { Cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { httpRoutes } from './http-routes.ts';
import { collector } from './in-namespaces.ts';
import { indexOf } from './index-of.ts';
import { keyOfOwned, ownKey, roomKey } from './keys.ts';
import { type KindDefinitions, kindDefinitions } from './kind-definitions.ts';
import { leanPod } from './lean.ts';
import { monitoring } from './monitoring.ts';
import { namespaceCache } from './namespace-cache.ts';
import { nodeCache } from './node-cache.ts';
import { roomCache } from './room-cache.ts';
import type { How } from './store.ts';
import { type Urgency, urgency } from './urgency.ts';
import type { Watch } from './watch.ts';

export interface CachesOptions {
  readonly client: KubeClient;
  /** Label selector of what the operator makes. */
  readonly ownSelector: string;
  /** Something about this key may have changed: `namespace/room`, `namespace` for what a namespace has once, or `ownKey`. */
  readonly onKey: (key: string, urgency?: Urgency) => void;
  /** The namespaces that are looked at; absent, all. */
  readonly namespaces?: readonly string[];
  /** Where the operator is installed, for what it has for itself. */
  readonly home?: string;
  /** What rooms get where their spec is silent. */
  readonly defaults?: SpecDefaults;
  readonly onError: (error: unknown) => void;
  /** How often to look for kinds that come and go where their definitions may not be watched. */
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
  // What a reconcile writes of these it goes on from by itself, and nobody else looks at them.
  const written = { ...ours, isEchoKnown: true };
  const collect = collector(options.namespaces);
  const rooms = roomCache(collect, { ...common, onKey, defaults: options.defaults });
  const pods = collect<Pod>(core('Pod'), { ...written, keep: leanPod, indexes: Object.values(podsBy) });
  const definitions = kindDefinitions(common);
  return {
    rooms,
    pods,
    services: collect(core('Service'), written),
    configMaps: collect(core('ConfigMap'), written),
    policies: collect({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, written),
    budgets: collect(
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
      {
        ...ours,
        onChange(budget, previous, how) {
          // Its status counts pods.
          if (budget.metadata.generation !== previous?.metadata.generation) ours.onChange(budget, previous, how);
        },
      },
    ),
    nodes: nodeCache({ ...common, onKey }, (node) => pods.pick(podsBy.node.keys(node))),
    namespaces: namespaceCache({ ...common, onKey, namespaces: options.namespaces }, rooms),
    definitions,
    monitors: monitorCaches(options, { ours, rooms, definitions }),
    ingresses: collect<Ingress>({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }, ours),
    routes: routeCaches(options, { ours, rooms, definitions }),
  };
}

/** What caches of kinds that come and go need besides. */
interface ForKinds {
  readonly ours: Parameters<typeof monitoring>[0]['cacheOptions'];
  readonly rooms: Cache<LiveRoom>;
  readonly definitions: KindDefinitions;
}

const commonOf = ({ client, onError, now, random }: CachesOptions) => ({
  client,
  onError,
  ...(now && { now }),
  ...(random && { random }),
});

const core = (kindName: string) => ({ apiVersion: 'v1', kind: kindName });

const monitorCaches = (
  { client, onKey, onError, namespaces, home, discoverEveryMs }: CachesOptions,
  { ours, rooms, definitions }: ForKinds,
) =>
  monitoring({
    client,
    definitions,
    collect: collector(namespaces && [...new Set([...namespaces, ...(home ? [home] : [])])]),
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
  { client, onKey, onError, namespaces, discoverEveryMs }: CachesOptions,
  { ours, rooms, definitions }: ForKinds,
) =>
  httpRoutes({
    definitions,
    collect: collector(namespaces),
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
  ['NetworkPolicy', every.policies],
  ['PodDisruptionBudget', every.budgets],
  ['Ingress', every.ingresses],
  ['Node', every.nodes],
  ['Namespace', every.namespaces],
  ['CustomResourceDefinition', every.definitions.watch],
  ...every.monitors.watches(),
  ...every.routes.watches(),
];

/** Everything of ours but pods that belongs to a key. */
export const objectsOf = (
  { services, configMaps, policies, budgets, ingresses, routes, monitors }: ReturnType<typeof caches>,
  key: string,
): KubeObject[] =>
  [services, configMaps, policies, budgets, ingresses, routes, monitors].flatMap((one): KubeObject[] => one.group(key));

/** Every key that there is something of. */
export function keysIn(every: ReturnType<typeof caches>): ReadonlySet<string> {
  const { rooms, nodes: _, namespaces: __, definitions: ___, ...ours } = every;
  const owned = Object.values(ours).flatMap((one): KubeObject[] => [...one.list()]);
  const ofRooms = [...rooms.list()].flatMap((room) => [roomKey(room), room.metadata.namespace]);
  return new Set([ownKey, ...ofRooms, ...owned.map(keyOfOwned)]);
}
