import { type KubeObject, type MonitoringObject, type Prometheus, prometheusKinds } from '../../kube.ts';
import { cache } from '../cache/cache.ts';
import { dispensable } from '../cache/if-permitted.ts';
import type { Collect } from '../cache/in-namespaces.ts';
import type { KubeClient } from '../client/client.ts';
import { collectionPath } from '../client/paths.ts';
import { identity } from '../watch/lean.ts';
import type { Watch } from '../watch/watch.ts';
import { changingKinds } from './changing-kinds.ts';
import { type GroupLookoutOptions, groupLookout } from './group-lookout.ts';
import type { ServedKinds } from './served-kinds.ts';

const group = 'monitoring.coreos.com';
const ownKinds = ['ServiceMonitor', 'PrometheusRule'] as const;
type OwnKind = (typeof ownKinds)[number];

const ownTypes = ownKinds.map((kind) => ({ apiVersion: `${group}/v1`, kind }));

type CacheOptions<T extends KubeObject> = Pick<
  Parameters<typeof cache<T>>[0],
  'query' | 'groupOf' | 'onChange' | 'onError' | 'onRefused' | 'timing' | 'now' | 'random'
>;

export interface MonitoringOptions extends Pick<GroupLookoutOptions, 'client' | 'definitions' | 'everyMs' | 'onError'> {
  readonly collect: Collect;
  readonly cacheOptions: CacheOptions<KubeObject>;
  /** A kind has come, and its objects are known; or it has gone; or what a Prometheus selects has changed. */
  readonly onNews: () => void;
}

/**
 * The Prometheus Operator's objects, of the kinds that exist at the time: ours, and those that read ours. A kind that does
 * not exist is never watched.
 */
export function monitoring({ collect, cacheOptions, onNews, ...looking }: MonitoringOptions) {
  const { client } = looking;
  const own = changingKinds<OwnKind, KubeObject>({
    begin: (kind) => collect({ apiVersion: `${group}/v1`, kind }, { ...cacheOptions, client }),
    onLate: onNews,
  });
  const readers = prometheusCaches(client, cacheOptions, onNews);
  let versions: readonly string[] | undefined;

  async function onLook(now: ServedKinds): Promise<void> {
    const areOther = now.versions.join() !== versions?.join();
    versions = now.versions;
    const changes = await Promise.all([
      ...ownKinds.map((kind) => own.follow(kind, now.kinds.has(`${group}/v1 ${kind}`))),
      ...readerTypes.map(({ apiVersion, kind }) => readers.follow(kind, now.kinds.has(`${apiVersion} ${kind}`))),
    ]);
    if (areOther || changes.includes(true)) onNews();
  }

  const out = groupLookout({ ...looking, group, types: [...ownTypes, ...readerTypes], onLook });

  return {
    synced: out.looked,
    kinds: () => ({ ServiceMonitor: own.has('ServiceMonitor'), PrometheusRule: own.has('PrometheusRule') }),
    /** Versions of the group that are served, as `group/version`; undefined until the API server has said so. */
    versions: () => versions,
    /** Asks out of turn what is served. Never rejects. */
    lookNow: out.lookNow,
    list: (): MonitoringObject[] => own.all().flatMap((kind) => [...kind.list()]),
    group: (key: string): MonitoringObject[] => own.all().flatMap((kind) => kind.group(key)),
    /** Everything that may read our objects; undefined while that is not known. */
    prometheuses: (): readonly Prometheus[] | undefined =>
      readers.areListed() ? readers.all().flatMap((kind) => [...kind.list()]) : undefined,
    /** Those of all kinds that are watched. */
    watches: (): readonly Watch[] => [...own.entries(), ...readers.entries()],
    remember: (object: KubeObject): void => own.get(object.kind as OwnKind)?.remember(object),
    stop(): void {
      out.stop();
      own.stop();
      readers.stop();
    },
  };
}

const readerTypes = Object.values(prometheusKinds);

/** Everybody's, and of each only what it selects: the rest changes often and says nothing to us. */
function prometheusCaches(client: KubeClient, options: CacheOptions<KubeObject>, onNews: () => void) {
  const { query: _query, groupOf: _groupOf, ...common } = options;
  return changingKinds<Prometheus['kind'], Prometheus>({
    begin: (kind) =>
      dispensable(
        (onError) =>
          cache<Prometheus>({
            ...common,
            onError,
            client,
            path: collectionPath(prometheusKinds[kind]),
            keep: onlySelectors,
            onChange(now, before) {
              if (JSON.stringify(now.spec) !== JSON.stringify(before?.spec)) onNews();
            },
          }),
        options.onError ?? (() => {}),
      ),
    onLate: onNews,
  });
}

const onlySelectors = ({ apiVersion, kind, metadata, spec }: Prometheus): Prometheus => {
  const { serviceMonitorSelector, serviceMonitorNamespaceSelector, ruleSelector, ruleNamespaceSelector } = spec;
  return {
    apiVersion,
    kind,
    metadata: identity(metadata),
    spec: {
      ...(serviceMonitorSelector && { serviceMonitorSelector }),
      ...(serviceMonitorNamespaceSelector && { serviceMonitorNamespaceSelector }),
      ...(ruleSelector && { ruleSelector }),
      ...(ruleNamespaceSelector && { ruleNamespaceSelector }),
    },
  };
};
