import { isBeingDeleted, type KubeObject } from '../../kube.ts';
import { type CacheOptions, cache } from '../cache/cache.ts';
import { ifPermitted } from '../cache/if-permitted.ts';
import { type ApiError, isStatus } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { metadataClient } from '../client/metadata-client.ts';
import { collectionPath, definitionName, type Type } from '../client/paths.ts';
import { identity } from '../watch/lean.ts';

export interface KindDefinitionsOptions
  extends Pick<CacheOptions<KubeObject>, 'now' | 'random' | 'onRefused' | 'timing'> {
  readonly client: KubeClient;
  readonly onError: (error: unknown) => void;
}

export type KindDefinitions = ReturnType<typeof kindDefinitions>;

/**
 * The CustomResourceDefinitions of the groups that somebody follows. A definition is there before its kind is served, and
 * its metadata does not say when that is: who follows a group has to look.
 */
export function kindDefinitions({ client, onError, now = () => performance.now(), ...more }: KindDefinitionsOptions) {
  const followers = new Map<string, () => void>();
  let refusedAtMs = Number.NEGATIVE_INFINITY;

  const watch = ifPermitted<KubeObject>(
    (told) =>
      cache<KubeObject>({
        client: metadataClient(client, (name) => followers.has(groupOf(name))),
        path: collectionPath({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }),
        keep: leanDefinition,
        now,
        ...more,
        onChange: ({ metadata: { name } }) => followers.get(groupOf(name))?.(),
        onError(error) {
          if (isStatus(error, 403)) refused();
          told(error);
        },
      }),
    (error) => onError(isStatus(error, 403) ? unseen(error) : error),
  );
  const areTold = () => watch.counts.lists > 0 && watch.lastHeardMs() > refusedAtMs;

  function refused(): void {
    const wereTold = areTold();
    refusedAtMs = now();
    if (wereTold) for (const look of followers.values()) look();
  }

  const find = (type: Type) => watch.get(definitionName(type));

  return {
    watch,
    /** Settled when the definitions are known, or it is known that we may not see them. Never rejects. */
    synced: watch.synced,
    /** From now on tells of changes of a group. To be called before the first list is in. */
    follow: (group: string, onChange: () => void): void => void followers.set(group, onChange),
    /** Whether changes are told of: not before the definitions are known, nor while we may not watch them. */
    areTold,
    /** Whether a kind is there, or is about to be. */
    isDefined(type: Type): boolean {
      const found = find(type);
      return found !== undefined && !isBeingDeleted(found);
    },
    /** Whether it goes: its objects are being deleted, and new ones refused. */
    isGoing(type: Type): boolean {
      const found = areTold() ? find(type) : undefined;
      return found !== undefined && isBeingDeleted(found);
    },
    stop: watch.stop,
  };
}

const unseen = (refusal: ApiError): Error =>
  new Error(`kinds that come and go are noticed later, as they have to be looked for: ${refusal.message}`, {
    cause: refusal,
  });

/** A definition is called `<plural>.<group>`. */
const groupOf = (name: string): string => name.slice(name.indexOf('.') + 1);

const leanDefinition = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => {
  const { deletionTimestamp } = metadata;
  return { apiVersion, kind, metadata: { ...identity(metadata), ...(deletionTimestamp && { deletionTimestamp }) } };
};
