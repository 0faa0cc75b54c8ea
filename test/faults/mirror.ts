import { group } from '#crds/contract.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { collectionPath } from '#operator/cluster/client/paths.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject, Pod, Secret } from '#operator/kube.ts';

/** What a test sees of the cluster, as it happens. */
export interface Mirror {
  readonly rooms: () => LiveRoom[];
  readonly pods: () => Pod[];
  readonly secrets: () => Secret[];
  /** What else the operator made: Services, ConfigMaps, routes, NetworkPolicies and monitoring objects. */
  readonly objects: () => KubeObject[];
  /** UIDs of all pods that there ever were, by namespace. */
  readonly podsEver: (namespace: string) => number;
  /** Resolves to what `look` says once that is neither undefined nor false; asked again with each change. */
  until<T>(what: string, look: () => T | undefined | false, deadlineMs?: number): Promise<T>;
  /** Told of everything that comes or changes. */
  onObject(listener: (object: KubeObject) => void): void;
  stop(): void;
}

const otherTypes = [
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' },
  { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule' },
] as const;

export async function mirror(client: KubeClient, ownSelector: string): Promise<Mirror> {
  const podsEver = new Map<string, Set<string>>();
  const listeners = new Set<() => void>();
  const objectListeners: ((object: KubeObject) => void)[] = [];
  const onChange = () => {
    for (const listener of listeners) listener();
  };
  const of = <T extends KubeObject>(type: { apiVersion: string; kind: string }, onObject?: (object: T) => void) =>
    reflector<T>({
      client,
      path: collectionPath(type),
      ...(type.kind === kind ? {} : { query: { labelSelector: ownSelector } }),
      onChange(_key, object) {
        if (object !== undefined) {
          onObject?.(object);
          for (const listener of objectListeners) listener(object);
        }
        onChange();
      },
    });

  const rooms = of<LiveRoom>({ apiVersion: `${group}/${apiVersion}`, kind });
  const pods = of<Pod>({ apiVersion: 'v1', kind: 'Pod' }, (pod) => {
    const { namespace = '', uid = '' } = pod.metadata;
    podsEver.set(namespace, (podsEver.get(namespace) ?? new Set()).add(uid));
  });
  const secrets = of<Secret>({ apiVersion: 'v1', kind: 'Secret' });
  const others = otherTypes.map((type) => of(type));
  const all = [rooms, pods, secrets, ...others];
  await Promise.all(all.map(({ synced }) => synced));

  return {
    rooms: () => [...rooms.list()],
    pods: () => [...pods.list()],
    secrets: () => [...secrets.list()],
    objects: () => others.flatMap((one) => [...one.list()]),
    podsEver: (namespace) => podsEver.get(namespace)?.size ?? 0,
    until: <T>(what: string, look: () => T | undefined | false, deadlineMs = 30_000) =>
      new Promise<T>((resolve, reject) => {
        const end = () => {
          clearTimeout(timer);
          listeners.delete(again);
        };
        const again = () => {
          const seen = look();
          if (seen === undefined || seen === false) return;
          end();
          resolve(seen);
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`not within ${deadlineMs} ms: ${what}`));
        }, deadlineMs);
        listeners.add(again);
        again();
      }),
    onObject: (listener) => objectListeners.push(listener),
    stop() {
      for (const one of all) one.stop();
    },
  };
}
