import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import type { KubeObject, Pod } from '../kube.ts';
import type { Cache } from './cache/cache.ts';
import { type CachesOptions, caches, keysIn, objectsOf, podIndexes, watchesOf } from './caches.ts';
import { roomsNow } from './client/rooms-now.ts';
import { tracedClient } from './client/traced-client.ts';
import { type ApplyOptions, type Marks, writes } from './client/writes.ts';
import { operatorOf } from './keys.ts';
import { sight } from './sight.ts';

export interface ClusterOptions extends CachesOptions {
  /** Label `liveroom.dev/operator` of the rooms that are ours; absent, those without it are. */
  readonly id?: string;
  /** Traces what we read and write ourselves; lists and watches are nobody's work in particular. */
  readonly tracer?: Tracer;
}

export type Cluster = ReturnType<typeof cluster>;

/** What the operator sees of the cluster, from memory, and what it does to it. It sees its own writes at once. */
export function cluster(options: ClusterOptions) {
  const podsBy = podIndexes();
  const sees = sight(options, () => watchesOf(every));
  const every = caches({ ...options, onRefused: sees.look }, podsBy);
  const { rooms, pods, ingresses, nodes, namespaces, monitors, routes } = every;
  const isOurs = (room: LiveRoom) => operatorOf(room) === (options.id ?? '');
  const client = tracedClient(options.client, options.tracer ?? noTracer);
  const write = writes(client);
  const holders = holdersIn(every);

  function remember<T extends KubeObject>(object: T): T {
    holders[object.kind]?.remember(object);
    return object;
  }

  return {
    watches: () => watchesOf(every),
    /** What we may not look at, in the API server's words; in one namespace, or in any. */
    unseen: sees.unseen,
    synced: Promise.all(Object.values(every).map((one) => one.synced)),
    /** One of ours. */
    room(key: string): LiveRoom | undefined {
      const room = rooms.get(key);
      return room && isOurs(room) ? room : undefined;
    },
    /** Whether another operator looks after the room. */
    isOthers: (key: string) => {
      const room = rooms.get(key);
      return room !== undefined && !isOurs(room);
    },
    rooms: () => [...rooms.list()].filter(isOurs),
    /** Every key that there is something of. */
    keys: () => keysIn(every),
    /** Those of other operators, too. */
    roomsIn: (namespace: string) => rooms.group(namespace),
    pods: () => pods.list(),
    /** Pods, draining ones too, that carry the room's label. */
    podsOf: (key: string) => pods.group(key),
    /** Everything of ours but pods that belongs to a key. */
    objectsOf: (key: string) => objectsOf(every, key),
    ...podsFound(pods, podsBy),
    /** What leads a host name to the room of a key. */
    routesOf: (key: string) => [...ingresses.group(key), ...routes.group(key)],
    servesHTTPRoutes: routes.isServed,
    node: (name: string) => nodes.get(name),
    nodes: () => nodes.list(),
    /** On its way out: nothing can be made in it. */
    isTerminating: (namespace: string) => namespaces.get(namespace)?.status?.phase === 'Terminating',
    labelsOf: (namespace: string) => namespaces.get(namespace)?.metadata.labels ?? {},
    monitoringKinds: monitors.kinds,
    monitoringVersions: monitors.versions,
    lookForMonitoringKinds: monitors.lookNow,
    /** The ServiceMonitors and PrometheusRules of a key. */
    monitorsOf: monitors.group,
    prometheuses: monitors.prometheuses,

    /** Not from memory: what is of a room that is not in it may be of one that we have yet to hear of. */
    roomsNow: (namespace: string, name?: string) => roomsNow(client, namespace, name),
    read: write.read,
    addToSecret: write.addToSecret,
    apply: async (object: KubeObject, how: ApplyOptions) => remember(await write.apply(object, how)),
    create: async <T extends KubeObject>(object: T, isOurs: (existing: KubeObject) => boolean) =>
      remember(await write.create(object, isOurs)),
    mark: async (pod: Pod, marks: Marks) => remember(await write.mark(pod, marks)),
    async remove(object: KubeObject, graceSeconds?: number): Promise<void> {
      const rest = await write.remove(object, graceSeconds);
      if (rest !== undefined) remember(rest);
    },
    async writeStatus(room: LiveRoom, status: LiveRoomStatus): Promise<void> {
      rooms.remember(await write.writeStatus(room, status));
    },
    stop(): void {
      for (const one of Object.values(every)) one.stop();
    },
  };
}

/** Pods, draining ones too, by what is in them. */
const podsFound = (pods: Pick<Cache<Pod>, 'pick'>, podsBy: ReturnType<typeof podIndexes>) => ({
  podsOn: (node: string) => pods.pick(podsBy.node.keys(node)),
  podsWithPort: (port: number) => pods.pick(podsBy.hostPort.keys(port)),
  /** How many pods have each host port that any has. */
  hostPortCounts: podsBy.hostPort.counts,
});

/** Who remembers what is written, by its kind. */
const holdersIn = (
  every: ReturnType<typeof caches>,
): Readonly<Record<string, Pick<Cache<KubeObject>, 'remember'>>> => ({
  Pod: every.pods,
  Service: every.services,
  ConfigMap: every.configMaps,
  NetworkPolicy: every.policies,
  PodDisruptionBudget: every.budgets,
  Ingress: every.ingresses,
  HTTPRoute: every.routes,
  ServiceMonitor: every.monitors,
  PrometheusRule: every.monitors,
});
