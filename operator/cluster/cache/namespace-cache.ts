import type { LiveRoom } from '#crds/liveroom.ts';
import type { Namespace } from '../../kube.ts';
import { collectionPath } from '../client/paths.ts';
import { roomKey } from '../keys.ts';
import { type Urgency, urgency } from '../queue/urgency.ts';
import { leanNamespace } from '../watch/lean.ts';
import { type Cache, type CacheOptions, cache } from './cache.ts';
import { ifPermitted } from './if-permitted.ts';
import { inNamespaces } from './in-namespaces.ts';

export interface NamespaceCacheOptions
  extends Pick<CacheOptions<Namespace>, 'client' | 'onRefused' | 'timing' | 'now' | 'random'> {
  readonly onError: (error: unknown) => void;
  /** A namespace has changed, and with it what is said of its rooms. */
  readonly onKey: (key: string, urgency: Urgency) => void;
  /** Those that are looked at; absent, all. */
  readonly namespaces: readonly string[] | undefined;
}

/** The namespaces, where they may be seen. */
export function namespaceCache(
  { onKey, onError, namespaces, ...common }: NamespaceCacheOptions,
  rooms: Pick<Cache<LiveRoom>, 'group'>,
): Cache<Namespace> {
  const begin = (onFault: (error: unknown) => void, name?: string) =>
    cache<Namespace>({
      ...common,
      onError: onFault,
      path: collectionPath({ apiVersion: 'v1', kind: 'Namespace' }),
      // A role can name those that may be listed so.
      ...(name && { query: { fieldSelector: `metadata.name=${name}` } }),
      keep: leanNamespace,
      onChange(namespace, previous, how) {
        if (isSameNamespace(namespace, previous)) return;
        // Nobody edited the rooms themselves, and there may be thousands.
        for (const room of rooms.group(namespace.metadata.name)) onKey(roomKey(room), 'Resync');
        onKey(namespace.metadata.name, urgency[how]);
      },
    });
  if (namespaces === undefined) return ifPermitted(begin, onError);
  return ifPermitted((refused) => inNamespaces(namespaces, (name) => begin(refused, name)), onError);
}

/** By its labels a Prometheus may select it. */
const isSameNamespace = (a: Namespace, b: Namespace | undefined): boolean =>
  a.status?.phase === b?.status?.phase && JSON.stringify(a.metadata.labels) === JSON.stringify(b?.metadata.labels);
