import { sharedKey } from '#crds/contract.ts';
import { isOurs } from '../build/labels.ts';
import { keysSecret } from '../build/shared-keys.ts';
import { NameTaken } from '../cluster/client/writes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { rejectionBy } from '../errors.ts';
import type { Secret } from '../kube.ts';
import type { Problem } from './monitoring.ts';
import { believedMs } from './tokens-seen.ts';

export interface SharedKeysOptions {
  readonly cluster: Pick<Cluster, 'read' | 'create' | 'remove' | 'addToSecret'>;
  /** A new secret. */
  readonly newToken: () => string;
  readonly now: () => number;
}

export type SharedKeys = ReturnType<typeof sharedKeys>;

/**
 * What the server pods of a namespace share, in a Secret. What is there is never replaced: pods hold it. Secrets are not
 * watched, so that one which was there is believed to be there for a while. Without it the rooms work, and their pods
 * pass nothing on to each other.
 */
export function sharedKeys({ cluster, newToken, now }: SharedKeysOptions) {
  const seenAtMs = new Map<string, number>();

  async function madeOrThere(wanted: Secret): Promise<Secret> {
    const there = await cluster.read<Secret>(wanted);
    if (there !== undefined && !isOurs(there)) throw new NameTaken(there);
    return there ?? (await cluster.create<Secret>(wanted, isOurs));
  }

  /** What is wrong, if it is for a person to put right. */
  const judged = (isLeftover: boolean) => (error: unknown) => [
    { kind: 'Secret', ...rejectionBy(error, 'Namespace'), ...(isLeftover && { isLeftover }) },
  ];

  return {
    /** Sees to it that there are all keys. Resolves to what is wrong; rejects with what will pass. */
    async settle(namespace: string): Promise<readonly Problem[]> {
      const nowMs = now();
      if (nowMs - (seenAtMs.get(namespace) ?? Number.NEGATIVE_INFINITY) < believedMs) return [];
      const settle = async () => {
        const keys = Object.fromEntries(Object.values(sharedKey).map((key) => [key, newToken()]));
        const secret = await madeOrThere(keysSecret(namespace, keys));
        const lacking = Object.entries(keys).filter(([key]) => !secret.data?.[key]);
        if (lacking.length > 0) await cluster.addToSecret(secret, Object.fromEntries(lacking));
        seenAtMs.set(namespace, nowMs);
        return [];
      };
      return await settle().catch(judged(false));
    },

    /** Takes them away, with the last room. */
    async clear(namespace: string): Promise<readonly Problem[]> {
      seenAtMs.delete(namespace);
      const clear = async () => {
        const there = await cluster.read<Secret>(keysSecret(namespace, {}));
        if (there !== undefined && isOurs(there)) await cluster.remove(there);
        return [];
      };
      return await clear().catch(judged(true));
    },

    forget: (namespace: string): unknown => seenAtMs.delete(namespace),
  };
}
