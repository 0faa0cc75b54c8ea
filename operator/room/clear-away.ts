import { kind, type LiveRoom } from '#crds/liveroom.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { controllerOf, isBeingDeleted, type KubeObject } from '../kube.ts';

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
