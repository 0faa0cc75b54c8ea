import type { LiveRoom } from '#crds/liveroom.ts';
import { manyTokens, shortestSigningKeyBytes, tokenLines } from '#crds/token-lines.ts';
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
    const finding = ofSecret.map((source) => problem(source, secret)).find((found) => found !== undefined);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function problem(source: GivenSecret, secret: Secret | undefined): Finding<'Accepted'> | undefined {
  const { field, key } = source;
  const invalid = (message: string) =>
    ({ reason: 'InvalidSecretRef', message: `${field}: ${message}; it is found within a minute.` }) as const;
  if (secret === undefined) return invalid(`there is no Secret ${source.secret}. Create it, with a key ${key}`);
  const lines = tokenLines(Buffer.from(secret.data?.[key] ?? '', 'base64').toString());
  if (lines.length === 0) return invalid(`Secret ${source.secret} has no key ${key}, or an empty one. Add it`);
  const fault = faultOf(lines, source);
  return fault === undefined ? undefined : invalid(`key ${key} of Secret ${source.secret} ${fault}`);
}

/** What the pods could not use, and so would let nobody in. Never what stands there. */
function faultOf(lines: readonly string[], { isSigningKey }: GivenSecret): string | undefined {
  if (lines.length > manyTokens)
    return `has ${lines.length} lines, each of which is a token, and ${manyTokens} are the most. Leave out those that are no longer needed`;
  const short = isSigningKey ? lines.find((line) => Buffer.byteLength(line) < shortestSigningKeyBytes) : undefined;
  return short === undefined
    ? undefined
    : `has ${Buffer.byteLength(short)} bytes${lines.length > 1 ? ' in one of its lines' : ''}, and JSON Web Tokens need a secret of ${shortestSigningKeyBytes} at least. Take a longer one (openssl rand -hex ${shortestSigningKeyBytes})`;
}

/** Names of the Secrets that somebody else looks after, so that they may go or come without our being told. */
export function foreignSecrets(room: LiveRoom): readonly string[] {
  const { tlsSecretRef } = room.spec.network.http ?? {};
  return [
    ...new Set([...givenSecrets(room).map(({ secret }) => secret), ...(tlsSecretRef ? [tlsSecretRef.name] : [])]),
  ];
}
