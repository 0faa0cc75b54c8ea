import type { Node, Pod } from '../../kube.ts';
import { collectionPath } from '../client/paths.ts';
import { keyOfOwned } from '../keys.ts';
import { type Urgency, urgency } from '../queue/urgency.ts';
import { type Cache, type CacheOptions, cache } from './cache.ts';
import { ifPermitted } from './if-permitted.ts';
import { isSameNode, leanNode } from './lean-node.ts';

export interface NodeCacheOptions
  extends Pick<CacheOptions<Node>, 'client' | 'onRefused' | 'timing' | 'now' | 'random'> {
  readonly onError: (error: unknown) => void;
  /** A pod's node has changed. */
  readonly onKey: (key: string, urgency: Urgency) => void;
}

/** The nodes, where they may be seen. */
export const nodeCache = (
  { onKey, onError, ...common }: NodeCacheOptions,
  podsOn: (node: string) => readonly Pod[],
): Cache<Node> =>
  ifPermitted(
    (onFault) =>
      cache<Node>({
        ...common,
        onError: onFault,
        path: collectionPath({ apiVersion: 'v1', kind: 'Node' }),
        keep: leanNode,
        onChange(node, previous, how) {
          if (isSameNode(node, previous)) return;
          for (const pod of podsOn(node.metadata.name)) onKey(keyOfOwned(pod), urgency[how]);
        },
      }),
    onError,
  );
