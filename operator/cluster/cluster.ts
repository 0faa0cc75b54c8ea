import { appName, group, label } from '#crds/contract.ts';
import { merged, withDefaults } from '#crds/defaults.ts';
import { apiVersion, kind, type LiveRoom, type LiveRoomStatus } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import { hostPortOf } from '../decide/media-address.ts';
import type { KubeObject, Namespace, Node, Pod } from '../kube.ts';
import type { SpecDefaults } from '../spec-defaults.ts';
import { type Cache, cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { indexOf } from './index-of.ts';
import { leanNamespace, leanPod } from './lean.ts';
import { monitoring } from './monitoring.ts';
import { collectionPath } from './paths.ts';
import type { How } from './store.ts';
import { tracedClient } from './traced-client.ts';
import type { Urgency } from './turn.ts';
import type { Watch } from './watch.ts';
import { type ApplyOptions, writes } from './writes.ts';

export interface ClusterOptions {
  readonly client: KubeClient;
  /** Traces what we read and write ourselves; lists and watches are nobody's work in particular. */
  readonly tracer?: Tracer;
  /** Label selector of what the operator makes. */
  readonly ownSelector: string;
  /** Something about this key may have changed: `namespace/room`, `namespace` for what a namespace has once, or `ownKey`. */
  readonly onKey: (key: string, urgency?: Urgency) => void;
  /** What rooms get where their spec is silent. */
  readonly defaults?: SpecDefaults;
  readonly onError: (error: unknown) => void;
  /** How often to look for kinds of the Prometheus Operator. */
  readonly discoverEveryMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

export type Cluster = ReturnType<typeof cluster>;

/** What the operator sees of the cluster, from memory, and what it does to it. It sees its own writes at once. */
export function cluster(options: ClusterOptions) {
  const podsBy = podIndexes();
  const caches = everyCache(options, podsBy);
  const { rooms, pods, services, configMaps, nodes, namespaces, monitors } = caches;
  const write = writes(tracedClient(options.client, options.tracer ?? noTracer));
  const holder: Readonly<Record<string, Pick<Cache<KubeObject>, 'remember'>>> = {
    Pod: pods,
    Service: services,
    ConfigMap: configMaps,
    ServiceMonitor: monitors,
    PrometheusRule: monitors,
  };

  function remember<T extends KubeObject>(object: T): T {
    holder[object.kind]?.remember(object);
    return object;
  }

  return {
    /** All kinds that are watched, those that come and go with them. */
    watches: (): readonly Watch[] => [
      ['LiveRoom', rooms],
      ['Pod', pods],
      ['Service', services],
      ['ConfigMap', configMaps],
      ['Node', nodes],
      ['Namespace', namespaces],
      ...monitors.watches(),
    ],
    synced: Promise.all(Object.values(caches).map((one) => one.synced)),
    room: (key: string) => rooms.get(key),
    rooms: () => rooms.list(),
    /** Every key that there is something of. */
    keys: () => keysIn(caches),
    roomsIn: (namespace: string) => rooms.group(namespace),
    pods: () => pods.list(),
    /** Pods, draining ones too, that carry the room's label. */
    podsOf: (key: string) => pods.group(key),
    /** Everything of ours but pods that belongs to a key. */
    objectsOf: (key: string): KubeObject[] => [
      ...services.group(key),
      ...configMaps.group(key),
      ...monitors.group(key),
    ],
    /** How many pods, draining ones too, have each host port that any has. */
    hostPortCounts: podsBy.hostPort.counts,
    node: (name: string) => nodes.get(name),
    nodeCount: () => [...nodes.list()].length,
    /** On its way out: nothing can be made in it. */
    isTerminating: (namespace: string) => namespaces.get(namespace)?.status?.phase === 'Terminating',
    labelsOf: (namespace: string) => namespaces.get(namespace)?.metadata.labels ?? {},
    monitoringKinds: monitors.kinds,
    monitoringVersions: monitors.versions,
    lookForMonitoringKinds: monitors.lookNow,
    /** The ServiceMonitors and PrometheusRules of a key. */
    monitorsOf: monitors.group,
    prometheuses: monitors.prometheuses,

    read: write.read,
    addToSecret: write.addToSecret,
    apply: async (object: KubeObject, how: ApplyOptions) => remember(await write.apply(object, how)),
    create: async <T extends KubeObject>(object: T, isOurs: (existing: KubeObject) => boolean) =>
      remember(await write.create(object, isOurs)),
    annotate: async (pod: Pod, annotations: Readonly<Record<string, string>>) =>
      remember(await write.annotate(pod, annotations)),
    async remove(object: KubeObject, graceSeconds?: number): Promise<void> {
      const rest = await write.remove(object, graceSeconds);
      if (rest !== undefined) remember(rest);
    },
    async writeStatus(room: LiveRoom, status: LiveRoomStatus): Promise<void> {
      rooms.remember(await write.writeStatus(room, status));
    },
    stop(): void {
      for (const one of Object.values(caches)) one.stop();
    },
  };
}

const podIndexes = () => ({
  node: indexOf<Pod, string>(({ spec }) => spec.nodeName),
  hostPort: indexOf<Pod, number>(hostPortOf),
});

function everyCache(
  { client, ownSelector, onKey, onError, defaults, discoverEveryMs = 10_000, now, random }: ClusterOptions,
  podsBy: ReturnType<typeof podIndexes>,
) {
  const common = { client, onError, ...(now && { now }), ...(random && { random }) };
  const ours = {
    ...common,
    query: { labelSelector: ownSelector },
    groupOf: keyOfOwned,
    onChange: (object: KubeObject, _previous: KubeObject | undefined, how: How) =>
      onKey(keyOfOwned(object), urgency[how]),
  };
  const core = (kindName: string) => collectionPath({ apiVersion: 'v1', kind: kindName });

  const rooms = cache<LiveRoom>({
    ...common,
    path: collectionPath({ apiVersion: `${group}/${apiVersion}`, kind }),
    // From here on a room has all that it is to have. An operator may be newer than the CRD, which then prunes what is new.
    keep: (room) => ({ ...room, spec: withDefaults(specSchema, merged(specSchema, room.spec, defaults)) }),
    groupOf: ({ metadata: { namespace } }) => namespace,
    onChange(room, previous, how) {
      if (previous !== undefined && isOnlyStatus(room, previous)) return;
      onKey(roomKey(room), urgency[how]);
      onKey(room.metadata.namespace, urgency[how]);
    },
  });
  const pods = cache<Pod>({ ...ours, path: core('Pod'), keep: leanPod, indexes: Object.values(podsBy) });
  const nodes = cache<Node>({
    ...common,
    path: core('Node'),
    keep: ({ apiVersion, kind, metadata: { name, uid, resourceVersion }, status }) => ({
      apiVersion,
      kind,
      metadata: { name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
      status: { addresses: status?.addresses ?? [] },
    }),
    onChange(node, previous, how) {
      if (previous !== undefined && sameAddresses(node, previous)) return;
      for (const pod of pods.pick(podsBy.node.keys(node.metadata.name))) onKey(keyOfOwned(pod), urgency[how]);
    },
  });
  const namespaces = cache<Namespace>({
    ...common,
    path: core('Namespace'),
    keep: leanNamespace,
    onChange(namespace, previous, how) {
      if (isSameNamespace(namespace, previous)) return;
      for (const room of rooms.group(namespace.metadata.name)) onKey(roomKey(room), urgency[how]);
      onKey(namespace.metadata.name, urgency[how]);
    },
  });
  const onNews = () => {
    onKey(ownKey, 'Resync');
    for (const room of rooms.list()) {
      onKey(roomKey(room), 'Resync');
      onKey(room.metadata.namespace, 'Resync');
    }
  };
  const monitors = monitoring({
    client,
    everyMs: discoverEveryMs,
    onNews,
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
  return {
    rooms,
    pods,
    nodes,
    namespaces,
    monitors,
    services: cache<KubeObject>({ ...ours, path: core('Service') }),
    configMaps: cache<KubeObject>({ ...ours, path: core('ConfigMap') }),
  };
}

function keysIn({ rooms, pods, services, configMaps, monitors }: ReturnType<typeof everyCache>): ReadonlySet<string> {
  const owned = [pods, services, configMaps, monitors].flatMap((one) => [...one.list()]);
  const ofRooms = [...rooms.list()].flatMap((room) => [roomKey(room), room.metadata.namespace]);
  return new Set([ownKey, ...ofRooms, ...owned.map(keyOfOwned)]);
}

const urgency: Readonly<Record<How, Urgency>> = { Listed: 'Resync', Watched: 'Edit' };

/** A room's key is `namespace/name`. */
export const roomKey = ({ metadata: { namespace, name } }: LiveRoom): string => `${namespace}/${name}`;

/** The key of what the operator has for itself. No namespace is called so. */
export const ownKey = '';

/** The key that an object of ours belongs to: its room's, its namespace, or the operator's own. */
export function keyOfOwned({ metadata: { namespace = '', labels } }: KubeObject): string {
  if (labels?.[label.name] === appName.operator) return ownKey;
  const room = labels?.[label.room];
  return room === undefined ? namespace : `${namespace}/${room}`;
}

/** Our own reports are no news. */
const isOnlyStatus = (room: LiveRoom, previous: LiveRoom): boolean =>
  room.metadata.generation === previous.metadata.generation &&
  room.metadata.deletionTimestamp === previous.metadata.deletionTimestamp;

/** By its labels a Prometheus may select it. */
const isSameNamespace = (a: Namespace, b: Namespace | undefined): boolean =>
  a.status?.phase === b?.status?.phase && JSON.stringify(a.metadata.labels) === JSON.stringify(b?.metadata.labels);

const sameAddresses = (a: Node, b: Node): boolean =>
  JSON.stringify(a.status?.addresses) === JSON.stringify(b.status?.addresses);
