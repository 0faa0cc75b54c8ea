import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { keylessSide, tokenSources } from '../build/tokens.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import type { Audience } from '../decide/seen.ts';
import { isBeingDeleted, isControlledBy, type Pod, type Secret } from '../kube.ts';
import { markIfThere } from './pod-marks.ts';
import { type GeneratedDependencies, settleGenerated } from './tokens-generated.ts';
import { givenProblem } from './tokens-given.ts';
import type { TokensSeen } from './tokens-seen.ts';

export interface TokenDependencies extends GeneratedDependencies {
  readonly cluster: GeneratedDependencies['cluster'] & Pick<Cluster, 'mark' | 'podsOf'>;
  readonly tokensSeen: TokensSeen;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
}

/**
 * Which of the room's pods say that they lack a token, and which; empty when none does. One that is being deleted gets
 * no other.
 */
export function tokensLacking(
  room: LiveRoom,
  { cluster, audience }: { readonly cluster: Pick<Cluster, 'podsOf'> } & Pick<TokenDependencies, 'audience'>,
): string {
  return stayingPods(room, cluster)
    .flatMap((pod) => {
      const said = audience(pod, room);
      const missing = typeof said === 'object' ? (said.room?.tokensMissing ?? []) : [];
      return missing.map((side) => `${pod.metadata.uid} ${side}`);
    })
    .join();
}

const stayingPods = (room: LiveRoom, cluster: Pick<Cluster, 'podsOf'>): Pod[] =>
  cluster.podsOf(roomKey(room)).filter((pod) => isControlledBy(pod, room.metadata.uid) && !isBeingDeleted(pod));

/**
 * Sees to it that every token of the room exists: generates those that are ours to make, and finds those that are
 * missing. Throws RoomGone if the Secret may be that of a later room of the name.
 */
export async function settleTokens(
  room: LiveRoom,
  dependencies: TokenDependencies,
): Promise<Finding<'Accepted'> | undefined> {
  const keyless = keylessSide(room);
  if (keyless !== undefined) return withoutKeys(keyless);
  const { cluster, tokensSeen } = dependencies;
  const lacking = tokensLacking(room, dependencies);
  const standing = tokensSeen.standing(room, lacking);
  if (standing === 'Sound') return undefined;
  const sources = tokenSources(room);
  const problem = await givenProblem(room, cluster);
  if (problem !== undefined) return problem;
  const keys = sources.filter(({ isGenerated }) => isGenerated).map(({ key }) => key);
  if (keys.length > 0) {
    const generated = await settleGenerated(room, keys, { ...dependencies, isUnmet: standing === 'Unmet' });
    if ('reason' in generated) return generated;
    if (generated.isRenewed || lacking !== '') await showToPods(generated.secret, room, cluster);
  }
  tokensSeen.note(room, lacking);
  return undefined;
}

const withoutKeys = (side: string): Finding<'Accepted'> => ({
  reason: 'KeysMissing',
  message: `spec.${side}.auth: mode JWT needs a secretRef, or a jwksURL with an audience; neither is in the room or in the operator's defaults.`,
});

/** By itself a kubelet looks at a Secret about once a minute. */
async function showToPods(
  { metadata: { resourceVersion = '' } }: Secret,
  room: LiveRoom,
  cluster: Pick<Cluster, 'mark' | 'podsOf'>,
): Promise<void> {
  const told = { [annotation.tokensVersion]: resourceVersion };
  for (const pod of stayingPods(room, cluster))
    if (pod.metadata.annotations?.[annotation.tokensVersion] !== resourceVersion)
      await markIfThere(pod, { annotations: told }, cluster);
}
