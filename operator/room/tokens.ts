import { annotation, tokensSecretName } from '#crds/contract.ts';
import { kind, type LiveRoom } from '#crds/liveroom.ts';
import { type TokenSource, tokenSources, tokensSecret } from '../build/tokens.ts';
import { RoomGone } from '../cluster/client/rooms-now.ts';
import { NameTaken } from '../cluster/client/writes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import type { Audience } from '../decide/seen.ts';
import { controllerOf, isBeingDeleted, isControlledBy, type KubeObject, type Pod, type Secret } from '../kube.ts';
import { markIfThere } from './pod-marks.ts';
import type { TokensSeen } from './tokens-seen.ts';

export interface TokenDependencies {
  readonly cluster: Pick<Cluster, 'read' | 'create' | 'remove' | 'addToSecret' | 'mark' | 'podsOf' | 'roomsNow'>;
  /** A new secret token. */
  readonly newToken: () => string;
  readonly tokensSeen: TokensSeen;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
}

/** Which of the room's pods say that they lack a token, and which; empty when none does. One that is being deleted gets no other. */
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
 * Sees to it that every token of the room exists: generates those that are ours to make, and finds those that are missing.
 * Throws RoomGone if the Secret may be that of a later room of the name.
 */
export async function settleTokens(
  room: LiveRoom,
  { cluster, newToken, tokensSeen, audience }: TokenDependencies,
): Promise<Finding<'Accepted'> | undefined> {
  const lacking = tokensLacking(room, { cluster, audience });
  const isSound = tokensSeen.isSound(room, lacking);
  if (isSound) return undefined;
  const sources = tokenSources(room);
  const foreign = sources.filter(({ isGenerated }) => !isGenerated);
  for (const [name, ofSecret] of Map.groupBy(foreign, ({ secret }) => secret)) {
    const secret = await cluster.read<Secret>(secretObject(room.metadata.namespace, name));
    const finding = ofSecret.map((source) => missing(source, secret)).find((found) => found !== undefined);
    if (finding !== undefined) return finding;
  }
  const generated = sources.filter(({ isGenerated }) => isGenerated).map(({ key }) => key);
  const conflict = generated.length > 0 ? await generate(generated) : undefined;
  if (conflict !== undefined) return conflict;
  tokensSeen.note(room, lacking);
  return undefined;

  async function generate(keys: readonly string[]): Promise<Finding<'Accepted'> | undefined> {
    const wanted = tokensSecret(room, Object.fromEntries(keys.map((key) => [key, newToken()])));
    const secret = isSound === undefined ? await made(wanted) : await cluster.read<Secret>(wanted);
    tokensSeen.note(room);
    const isLeft = secret !== undefined && isLeftBy(secret, room);
    if (isLeft) await removeLeft(secret, room, cluster);
    if (secret === undefined || isLeft) {
      await showToPods(await cluster.create<Secret>(wanted, isOurs));
      return undefined;
    }
    if (!isOurs(secret))
      return {
        reason: 'NameConflict',
        message: `Secret ${room.metadata.namespace}/${secret.metadata.name} exists and does not belong to this room. Rename it, or name its key in ${keys.map((key) => `spec.${key}.auth.secretRef`).join(' and ')}.`,
      };
    // Never replaced: publishers hold the ones that are there.
    const added = keys.filter((key) => !secret.data?.[key]);
    if (added.length > 0)
      await showToPods(await cluster.addToSecret(secret, Object.fromEntries(added.map((key) => [key, newToken()]))));
    else if (lacking !== '') await showToPods(secret);
    return undefined;
  }

  /** By itself a kubelet looks at a Secret about once a minute. */
  async function showToPods({ metadata: { resourceVersion = '' } }: Secret): Promise<void> {
    const told = { [annotation.tokensVersion]: resourceVersion };
    for (const pod of stayingPods(room, cluster))
      if (pod.metadata.annotations?.[annotation.tokensVersion] !== resourceVersion)
        await markIfThere(pod, { annotations: told }, cluster);
  }

  function isOurs(secret: KubeObject): boolean {
    return isControlledBy(secret, room.metadata.uid);
  }

  /** A new room has no Secret as a rule, so that it is not looked for first. Resolves to the one that there is then. */
  async function made(wanted: Secret): Promise<Secret | undefined> {
    return await cluster.create<Secret>(wanted, isOurs).catch((error) => {
      if (error instanceof NameTaken) return cluster.read<Secret>(wanted);
      throw error;
    });
  }
}

/** Publishers hold the tokens of the room that there is, and the watch may not have told yet that it is another one. */
async function removeLeft(
  secret: Secret,
  room: LiveRoom,
  cluster: Pick<Cluster, 'remove' | 'roomsNow'>,
): Promise<void> {
  const { namespace, name, uid } = room.metadata;
  const [current] = await cluster.roomsNow(namespace, name);
  if (current?.metadata.uid !== uid) throw new RoomGone(roomKey(room));
  await cluster.remove(secret);
}

/**
 * Removes the generated tokens of a room that is gone; `now` resolves to the one that there is. Garbage collection does so
 * too, but needs half a minute to begin with a kind that is new to it.
 */
export async function clearTokens(
  key: string,
  cluster: Pick<Cluster, 'read' | 'remove'>,
  now: () => Promise<LiveRoom | undefined>,
): Promise<void> {
  const [namespace = '', room = ''] = key.split('/');
  const secret = await cluster.read<Secret>(secretObject(namespace, tokensSecretName(room)));
  const isLeft = secret !== undefined && isLeftBy(secret, undefined);
  if (isLeft && isLeftBy(secret, await now())) await cluster.remove(secret);
}

/** Whether it was made for an earlier room of the name. */
const isLeftBy = (secret: Secret, room: LiveRoom | undefined): boolean =>
  controllerOf(secret)?.kind === kind && (room === undefined || !isControlledBy(secret, room.metadata.uid));

const secretObject = (namespace: string, name: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
});

/** Names of the Secrets that somebody else looks after, so that they may go or come without our being told. */
export function foreignSecrets(room: LiveRoom): readonly string[] {
  const { tlsSecretRef } = room.spec.network.http ?? {};
  const tokens = tokenSources(room).filter(({ isGenerated }) => !isGenerated);
  return [...new Set([...tokens.map(({ secret }) => secret), ...(tlsSecretRef ? [tlsSecretRef.name] : [])])];
}

function missing(source: TokenSource, secret: Secret | undefined): Finding<'Accepted'> | undefined {
  const field = `spec.${source.side}.auth.secretRef`;
  if (secret === undefined)
    return {
      reason: 'InvalidSecretRef',
      message: `${field}: there is no Secret ${source.secret}. Create it, with a key ${source.key}; it is found within a minute.`,
    };
  if (!secret.data?.[source.key])
    return {
      reason: 'InvalidSecretRef',
      message: `${field}: Secret ${source.secret} has no key ${source.key}, or an empty one. Add it; it is found within a minute.`,
    };
  return undefined;
}
