import type { LiveRoom } from '#crds/liveroom.ts';
import { type GivenSecret, givenSecrets } from '../build/tokens.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Finding } from '../decide/finding.ts';
import type { Secret } from '../kube.ts';

/** Looks for what rooms need of Secrets of somebody else's, each of which is read once. Resolves to the first thing wrong. */
export async function givenProblem(
  room: LiveRoom,
  cluster: Pick<Cluster, 'read'>,
): Promise<Finding<'Accepted'> | undefined> {
  const { namespace } = room.metadata;
  for (const [name, ofSecret] of Map.groupBy(givenSecrets(room), ({ secret }) => secret)) {
    const secret = await cluster.read<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } });
    const finding = ofSecret.map((source) => missing(source, secret)).find((found) => found !== undefined);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function missing(source: GivenSecret, secret: Secret | undefined): Finding<'Accepted'> | undefined {
  const { field } = source;
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

/** Names of the Secrets that somebody else looks after, so that they may go or come without our being told. */
export function foreignSecrets(room: LiveRoom): readonly string[] {
  const { tlsSecretRef } = room.spec.network.http ?? {};
  return [
    ...new Set([...givenSecrets(room).map(({ secret }) => secret), ...(tlsSecretRef ? [tlsSecretRef.name] : [])]),
  ];
}
