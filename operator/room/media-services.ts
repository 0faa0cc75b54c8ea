import type { LiveRoom } from '#crds/liveroom.ts';
import { isMediaService, mediaService, usesMediaServices } from '../build/media-service.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import { plan } from '../decide/plan.ts';
import { rejectionBy } from '../errors.ts';
import { isBeingDeleted, isControlledBy, type KubeObject, type Pod, type Service } from '../kube.ts';
import { ownPods } from './origin-plan.ts';

/** The Service by which clients come to a pod, if the room has such and it exists. */
export const mediaServiceOf = (pod: Pod, room: LiveRoom, cluster: Pick<Cluster, 'objectsOf'>): Service | undefined =>
  usesMediaServices(room)
    ? mediaServicesOf(room, cluster).find(({ metadata }) => metadata.name === pod.metadata.name)
    : undefined;

const mediaServicesOf = (room: LiveRoom, cluster: Pick<Cluster, 'objectsOf'>): Service[] =>
  cluster
    .objectsOf(roomKey(room))
    .filter((object): object is Service => isMediaService(object) && isControlledBy(object, room.metadata.uid));

/** Why a Service could not be made or removed: that of the pod that is to take the origin's place is only in its way. */
export interface MediaRefusal {
  readonly rejection?: Finding<'Accepted'>;
  readonly obstacle?: Finding<'Accepted'>;
}

/**
 * Makes a Service for each pod that there is, and removes those of pods that have gone. After the pods: a load balancer
 * costs money, and a pod that is refused needs none. A draining pod keeps its own to the end.
 */
export async function settleMediaServices(
  room: LiveRoom,
  { successor }: { readonly successor?: Pod },
  cluster: Pick<Cluster, 'objectsOf' | 'podsOf' | 'apply' | 'remove'>,
): Promise<MediaRefusal> {
  if (!usesMediaServices(room)) return {};
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = mediaServicesOf(room, cluster);
  const existing = new Map(owned.map((service) => [service.metadata.name, service]));
  const wanted = ownPods(room, cluster).map(({ metadata: { name } }) => mediaService(room, name, existing.get(name)));
  const refused = new Map<string, Finding<'Accepted'>>();
  for (const step of plan(wanted, owned)) {
    const { object } = step;
    try {
      if (step.action === 'apply') await cluster.apply(object, { isNew: step.isNew, isOurs });
      // Whoever serves load balancers may hold on to it for a while.
      else if (!isBeingDeleted(object)) await cluster.remove(object);
    } catch (error) {
      refused.set(object.metadata.name, rejectionBy(error));
    }
  }
  const obstacle = successor && refused.get(successor.metadata.name);
  const rejection = refused.values().find((finding) => finding !== obstacle);
  return { ...(rejection && { rejection }), ...(obstacle && { obstacle }) };
}
