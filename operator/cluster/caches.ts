import { hostPortOf } from '../decide/media-address.ts';
import type { Ingress, KubeObject, Pod } from '../kube.ts';
import type { SpecDefaults } from '../spec-defaults.ts';
import { collector } from './cache/in-namespaces.ts';
import { indexOf } from './cache/index-of.ts';
import { namespaceCache } from './cache/namespace-cache.ts';
import { nodeCache } from './cache/node-cache.ts';
import { roomCache } from './cache/room-cache.ts';
import { keyOfOwned, ownKey, roomKey } from './keys.ts';
import { type KindCachesOptions, monitorCaches, routeCaches } from './kinds/kind-caches.ts';
import { kindDefinitions } from './kinds/kind-definitions.ts';
import { urgency } from './queue/urgency.ts';
import { leanPod } from './watch/lean.ts';
import type { How } from './watch/store.ts';
import type { Watch } from './watch/watch.ts';

export interface CachesOptions extends KindCachesOptions {
  /** Label selector of what the operator makes. */
  readonly ownSelector: string;
  /** What rooms get where their spec is silent. */
  readonly defaults?: SpecDefaults;
  /** How often each copy is compared with its collection. */
  readonly compareEveryMs?: number;
  /** How long a kind is refused until that is told of. */
  readonly refusedForMs?: number;
  /** A watch is refused, or is so no more. */
  readonly onRefused?: () => void;
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

const commonOf = ({ client, onError, onRefused, compareEveryMs, refusedForMs, now, random }: CachesOptions) => ({
  client,
  onError,
  ...(onRefused && { onRefused }),
  timing: { ...(compareEveryMs && { compareEveryMs }), ...(refusedForMs && { refusedForMs }) },
  ...(now && { now }),
  ...(random && { random }),
});

const core = (kindName: string) => ({ apiVersion: 'v1', kind: kindName });

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
