import { kind, type LiveRoom } from '#crds/liveroom.ts';
import { isStatus } from '../cluster/client/api-error.ts';
import { RoomGone } from '../cluster/client/rooms-now.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { controllerOf, isBeingDeleted, type KubeObject } from '../kube.ts';
import type { Log } from '../log.ts';
import { clearTokens } from './tokens-generated.ts';

/** A room that is deleted is closed: its pods do not wait for the viewers. */
const closeSeconds = 10;

/**
 * Removes what a room of this name has left that is gone or has been made anew. Garbage collection does so too, but lets
 * pods take all of their drain time, and needs a while to begin with kinds that are new to it.
 *
 * What looks left may belong to a room that we have yet to hear of, ours or another operator's. So the API server is asked
 * which one there is before anything goes. Throws RoomGone where `room` is not that one.
 */
export async function clearAway(key: string, room: LiveRoom | undefined, cluster: Cluster): Promise<void> {
  const left = [...cluster.podsOf(key), ...cluster.objectsOf(key)].filter(isLeftBut(room)).filter(isToGo);
  if (left.length === 0) return;
  const current = await currentRoom(key, cluster);
  for (const object of left.filter(isLeftBut(current)))
    await cluster.remove(object, object.kind === 'Pod' ? closeSeconds : undefined);
  if (room !== undefined && room.metadata.uid !== current?.metadata.uid) throw new RoomGone(key);
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
  // Asked anew: meanwhile somebody may have made a room of that name, and its operator the Secret.
  await clearTokens(key, cluster, () => currentRoom(key, cluster)).catch(leave);
}

/** The room of a name that there is, if it stays: in a namespace that goes, none does. */
async function currentRoom(
  key: string,
  cluster: Pick<Cluster, 'isTerminating' | 'roomsNow'>,
): Promise<LiveRoom | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  if (cluster.isTerminating(namespace)) return undefined;
  const [room] = await cluster.roomsNow(namespace, name);
  return room;
}

/** Whether it stays, or, a pod, longer than it should. */
function isToGo(object: KubeObject): boolean {
  const { deletionGracePeriodSeconds = Number.POSITIVE_INFINITY } = object.metadata;
  return !isBeingDeleted(object) || (object.kind === 'Pod' && deletionGracePeriodSeconds > closeSeconds);
}

/** Whether a LiveRoom has made an object, and not this one. */
const isLeftBut =
  (room: LiveRoom | undefined) =>
  (object: KubeObject): boolean => {
    const owner = controllerOf(object);
    return owner?.kind === kind && owner.uid !== room?.metadata.uid;
  };
