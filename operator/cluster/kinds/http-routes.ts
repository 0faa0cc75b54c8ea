import type { HTTPRoute, KubeObject } from '../../kube.ts';
import type { Cache, CacheOptions } from '../cache/cache.ts';
import type { Collect } from '../cache/in-namespaces.ts';
import type { Watch } from '../watch/watch.ts';
import { changingKinds } from './changing-kinds.ts';
import { type GroupLookoutOptions, groupLookout } from './group-lookout.ts';

const group = 'gateway.networking.k8s.io';
const type = { apiVersion: `${group}/v1`, kind: 'HTTPRoute' } as const;

export interface HTTPRoutesOptions extends Pick<GroupLookoutOptions, 'definitions' | 'everyMs' | 'onError'> {
  readonly collect: Collect;
  readonly cacheOptions: Omit<CacheOptions<KubeObject>, 'path'>;
  /** The kind has come, and its objects are known; or it has gone. */
  readonly onNews: () => void;
}

/** Our HTTPRoutes, while the cluster has that kind. One that it does not have is never watched. */
export function httpRoutes({ collect, cacheOptions, onNews, ...looking }: HTTPRoutesOptions) {
  const kinds = changingKinds<typeof type.kind, HTTPRoute>({
    begin: () => collect<KubeObject>(type, cacheOptions) as Cache<HTTPRoute>,
    onLate: onNews,
  });
  const out = groupLookout({
    ...looking,
    client: cacheOptions.client,
    group,
    types: [type],
    async onLook({ kinds: served }) {
      if (await kinds.follow(type.kind, served.has(`${type.apiVersion} ${type.kind}`))) onNews();
    },
  });

  return {
    synced: out.looked,
    isServed: () => kinds.has(type.kind),
    list: () => kinds.all().flatMap((one) => [...one.list()]),
    group: (key: string): HTTPRoute[] => kinds.all().flatMap((one) => one.group(key)),
    watches: (): readonly Watch[] => kinds.entries(),
    remember: (object: KubeObject): void => kinds.get(type.kind)?.remember(object as HTTPRoute),
    stop(): void {
      out.stop();
      kinds.stop();
    },
  };
}
