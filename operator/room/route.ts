import type { LiveRoom } from '#crds/liveroom.ts';
import { desiredRoute } from '../build/desired.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import { plan } from '../decide/plan.ts';
import { routeRefusalBy } from '../errors.ts';
import { isControlledBy, type KubeObject } from '../kube.ts';
import { certificateProblem } from './certificate.ts';

/**
 * Makes what leads a host name to the room, and takes away what does no longer. The room works without it, so what is
 * wrong with it is said of the URLs alone.
 */
export async function settleRoute(
  room: LiveRoom,
  cluster: Pick<Cluster, 'routesOf' | 'servesHTTPRoutes' | 'apply' | 'remove' | 'read'>,
): Promise<Finding<'EndpointReady'> | undefined> {
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.routesOf(roomKey(room)).filter(isOurs);
  for (const step of plan(desiredRoute(room, cluster.servesHTTPRoutes()), owned)) {
    const { object } = step;
    if (step.action === 'delete') await cluster.remove(object);
    else {
      const refused = await cluster.apply(object, { isNew: step.isNew, isOurs }).then(
        () => undefined,
        (error: unknown) => routeRefusalBy(object.kind, error),
      );
      if (refused !== undefined) return refused;
    }
  }
  return await certificateProblem(room, cluster);
}
