import type { LiveRoom } from '#crds/liveroom.ts';
import { isMonitoringKind } from '../build/coverage.ts';
import { desired } from '../build/desired.ts';
import { isMediaService } from '../build/media-service.ts';
import { isRouteKind } from '../build/routing.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import { plan } from '../decide/plan.ts';
import { isControlledBy, type KubeObject } from '../kube.ts';

/**
 * Everything but pods with their Services, tokens, monitoring and what leads a host name there. Rejects where an object
 * cannot be made, after all the others.
 */
export async function settleObjects(
  room: LiveRoom,
  leadTo: string | undefined,
  cluster: Pick<Cluster, 'objectsOf' | 'apply' | 'remove'>,
): Promise<undefined> {
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.objectsOf(roomKey(room)).filter((object) => isOurs(object) && !isSettledApart(object));
  const steps = plan(desired(room, leadTo), owned).map((step) =>
    step.action === 'apply' ? cluster.apply(step.object, { isNew: step.isNew, isOurs }) : cluster.remove(step.object),
  );
  // All of them come to an end before anything else is begun.
  await Promise.allSettled(steps);
  await Promise.all(steps);
}

/** The room works without these, and a Service of a pod goes with that. */
const isSettledApart = (object: KubeObject): boolean =>
  isMonitoringKind(object.kind) || isRouteKind(object.kind) || isMediaService(object);
