import { tokensSecretName } from '#crds/contract.ts';
import { kind, type LiveRoom } from '#crds/liveroom.ts';
import { tokensSecret } from '../build/tokens.ts';
import { RoomGone } from '../cluster/client/rooms-now.ts';
import { NameTaken } from '../cluster/client/writes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import { controllerOf, isControlledBy, type KubeObject, type Secret } from '../kube.ts';
import type { TokensSeen } from './tokens-seen.ts';

export interface GeneratedDependencies {
  readonly cluster: Pick<Cluster, 'read' | 'create' | 'remove' | 'addToSecret' | 'roomsNow'>;
  /** A new secret token. */
  readonly newToken: () => string;
  readonly tokensSeen: Pick<TokensSeen, 'note'>;
}

/** The Secret as it is now, and whether pods that there are may have seen it otherwise. */
export interface Generated {
  readonly secret: Secret;
  readonly isRenewed: boolean;
}

/**
 * Sees to it that the room's own Secret has a token under each of `keys`. What is there is never replaced: publishers
 * hold it.
 *
 *     none ──────────────────────► made
 *     an earlier room's ── removed ──┘
 *     ours ──► the keys that it lacks are added
 *     a stranger's ──► left alone: NameConflict
 *
 * A room that is unmet has none as a rule, so that it is not looked for first. Throws RoomGone if the Secret may be
 * that of a later room of the name.
 */
export async function settleGenerated(
  room: LiveRoom,
  keys: readonly string[],
  { isUnmet, cluster, newToken, tokensSeen }: GeneratedDependencies & { readonly isUnmet: boolean },
): Promise<Generated | Finding<'Accepted'>> {
  const isOurs = (secret: KubeObject) => isControlledBy(secret, room.metadata.uid);
  const tokens = (of: readonly string[]) => Object.fromEntries(of.map((key) => [key, newToken()]));
  const wanted = tokensSecret(room, tokens(keys));
  const secret = isUnmet ? await madeOrThere(wanted, isOurs, cluster) : await cluster.read<Secret>(wanted);
  tokensSeen.note(room);
  const isLeft = secret !== undefined && isLeftBy(secret, room);
  if (isLeft) await removeLeft(secret, room, cluster);
  if (secret === undefined || isLeft) return { secret: await cluster.create<Secret>(wanted, isOurs), isRenewed: true };
  if (!isOurs(secret)) return nameConflict(secret, keys);
  const added = keys.filter((key) => !secret.data?.[key]);
  if (added.length === 0) return { secret, isRenewed: false };
  return { secret: await cluster.addToSecret(secret, tokens(added)), isRenewed: true };
}

/** Resolves to the one that is there then, whosever it is; to none if it has gone meanwhile. */
async function madeOrThere(
  wanted: Secret,
  isOurs: (secret: KubeObject) => boolean,
  cluster: Pick<Cluster, 'read' | 'create'>,
): Promise<Secret | undefined> {
  return await cluster.create<Secret>(wanted, isOurs).catch((error) => {
    if (error instanceof NameTaken) return cluster.read<Secret>(wanted);
    throw error;
  });
}

const nameConflict = ({ metadata: { namespace, name } }: Secret, keys: readonly string[]): Finding<'Accepted'> => ({
  reason: 'NameConflict',
  message: `Secret ${namespace}/${name} exists and does not belong to this room. Rename it, or name its key in ${keys.map((key) => `spec.${key}.auth.secretRef`).join(' and ')}.`,
});

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
 * Removes the generated tokens of a room that is gone; `now` resolves to the one that there is. Garbage collection does
 * so too, but needs half a minute to begin with a kind that is new to it.
 */
export async function clearTokens(
  key: string,
  cluster: Pick<Cluster, 'read' | 'remove'>,
  now: () => Promise<LiveRoom | undefined>,
): Promise<void> {
  const [namespace = '', room = ''] = key.split('/');
  const metadata = { name: tokensSecretName(room), namespace };
  const secret = await cluster.read<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata });
  const isLeft = secret !== undefined && isLeftBy(secret, undefined);
  if (isLeft && isLeftBy(secret, await now())) await cluster.remove(secret);
}

/** Whether it was made for an earlier room of the name. */
const isLeftBy = (secret: Secret, room: LiveRoom | undefined): boolean =>
  controllerOf(secret)?.kind === kind && (room === undefined || !isControlledBy(secret, room.metadata.uid));
