import { kind, type LiveRoom } from '#crds/liveroom.ts';
import { isStatus } from '../cluster/client/api-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { controllerOf, isBeingDeleted, type KubeObject } from '../kube.ts';
import type { Log } from '../log.ts';
import { clearTokens } from './tokens.ts';

/** A room that is deleted is closed: its pods do not wait for the viewers. */
const closeSeconds = 10;

/**
 * Removes what a room of this name has left that is gone or has been made anew. Garbage collection does so too, but lets
 * pods take all of their drain time, and needs a while to begin with kinds that are new to it.
 */
export async function clearAway(key: string, room: LiveRoom | undefined, cluster: Cluster): Promise<void> {
  const isLeft = (object: KubeObject) => {
    const owner = controllerOf(object);
    return owner?.kind === kind && owner.uid !== room?.metadata.uid;
  };
  for (const pod of cluster.podsOf(key).filter(isLeft)) {
    const { deletionGracePeriodSeconds = Number.POSITIVE_INFINITY } = pod.metadata;
    if (!isBeingDeleted(pod) || deletionGracePeriodSeconds > closeSeconds) await cluster.remove(pod, closeSeconds);
  }
  for (const object of cluster.objectsOf(key).filter(isLeft)) if (!isBeingDeleted(object)) await cluster.remove(object);
}

/**
 * Removes all that a room has left which is gone. The Role by which we may goes early where a namespace is deleted: what
 * may not be removed is left to garbage collection, and no reason to try again.
 */
export async function clearAfter(
  key: string,
  { cluster, log }: { readonly cluster: Cluster; readonly log: Pick<Log, 'warn'> },
): Promise<void> {
  const leave = (error: unknown) => {
    if (!isStatus(error, 403)) throw error;
    log.warn('what a room has left is left to garbage collection', { error });
  };
  await clearAway(key, undefined, cluster).catch(leave);
  await clearTokens(key, cluster).catch(leave);
}
