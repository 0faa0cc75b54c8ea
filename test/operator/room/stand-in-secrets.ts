import type { Side } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { NameTaken } from '#operator/cluster/client/writes.ts';
import type { Audience } from '#operator/decide/seen.ts';
import type { KubeObject, Pod, Secret } from '#operator/kube.ts';
import type { TokenDependencies } from '#operator/room/tokens.ts';
import { tokensSeen } from '#operator/room/tokens-seen.ts';
import { storedRoom } from '../objects.ts';

/** A cluster of Secrets that notes what is asked of it, and a clock. */
export function standInSecrets(pods: readonly KubeObject[] = []) {
  const there = new Map<string, Secret>();
  const asked: string[] = [];
  const clock = { ms: 0 };
  /** Those that there are, by the API server itself. */
  const rooms = [storedRoom()];
  /** What each pod says that it lacks, by its name. */
  const lacks = new Map<string, readonly Side[]>();
  const stored = (secret: Secret & { readonly stringData?: Readonly<Record<string, string>> }): Secret => ({
    ...secret,
    data: { ...secret.data, ...secret.stringData },
  });
  const cluster = {
    read: async ({ metadata: { name } }: KubeObject) => {
      asked.push(`read ${name}`);
      return there.get(name);
    },
    create: async (object: Secret, isOurs: (existing: KubeObject) => boolean) => {
      const { name } = object.metadata;
      asked.push(`create ${name}`);
      const existing = there.get(name);
      if (existing !== undefined && !isOurs(existing)) throw new NameTaken(object);
      if (existing === undefined) there.set(name, stored(object));
      return there.get(name);
    },
    remove: async ({ metadata: { name } }: KubeObject) => {
      asked.push(`remove ${name}`);
      there.delete(name);
    },
    addToSecret: async (secret: Secret, stringData: Readonly<Record<string, string>>) => {
      asked.push(`add ${Object.keys(stringData).join()}`);
      const changed = stored({ ...secret, ...{ stringData } } as Secret);
      there.set(secret.metadata.name, changed);
      return changed;
    },
    podsOf: () => pods,
    roomsNow: async () => {
      asked.push('rooms');
      return rooms;
    },
    mark: async (pod: KubeObject) => asked.push(`mark ${pod.metadata.name}`),
  };
  const audience = (pod: Pod | undefined, { metadata: { name, namespace } }: LiveRoom): Audience => ({
    room: { name, namespace, subscribers: 0, tokensMissing: lacks.get(pod?.metadata.name ?? '') ?? [] },
  });
  let made = 0;
  const dependencies = {
    cluster: cluster as unknown as TokenDependencies['cluster'],
    newToken: () => `token-${made++}`,
    tokensSeen: tokensSeen(() => clock.ms),
    audience,
  };
  return { there, asked, clock, lacks, rooms, dependencies };
}
