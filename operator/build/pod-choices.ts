import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import { turnSecrets } from './ice-servers.ts';
import { settingsEnvironment } from './settings.ts';
import { tokenPlaces } from './tokens.ts';
import { tracingEnvironment } from './tracing.ts';

/** What an origin pod's container is started with, as the room and the configuration choose it. */
export type PodChoices = ReturnType<typeof podChoices>;

/**
 * All that tells one room's pod from another's and cannot change while it runs. The pod is made of nothing else, and a
 * change of it is what a roll-out is for, as is that of a class of load balancers, which its Service keeps; a release of
 * the operator that makes pods a little differently restarts none. Left out is what says nothing: a new field must not
 * change the hash of the rooms that do not use it.
 */
export const podChoices = (room: LiveRoom, config: Config) => {
  const { image, resources, probes, labels, annotations, priorityClassName, serviceAccountName } = room.spec.pod;
  const { imagePullSecrets, nodeSelector, tolerations, affinity, topologySpreadConstraints } = room.spec.pod;
  const { mode, loadBalancerClass } = room.spec.network.media;
  const environment = [...settingsEnvironment(config), ...tracingEnvironment(room, config)];
  return {
    image: image ?? config.images.sfu,
    mediaMode: mode,
    ...(mode === 'LoadBalancer' && loadBalancerClass && { loadBalancerClass }),
    tokens: tokenPlaces(room),
    // Release 0.1.0 took an empty one of these for a choice.
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(resources && { resources }),
    ...(priorityClassName && { priorityClassName }),
    ...(serviceAccountName && { serviceAccountName }),
    ...given({ turnSecrets: turnSecrets(room) }),
    ...given({ imagePullSecrets, affinity, topologySpreadConstraints, labels, annotations, probes }),
    ...(environment.length > 0 && { environment }),
  };
};

/** Without maps and lists that have nothing in them, which templates like to write. */
const given = <T extends Readonly<Record<string, object | undefined>>>(choices: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(choices).filter(([, value]) => value !== undefined && Object.keys(value).length > 0),
  ) as Partial<T>;
