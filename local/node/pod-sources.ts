import { absentIfNotFound } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import type { ConfigMap, Pod, Secret, Sources } from './objects.ts';
import { references, type TokenReference } from './references.ts';

interface Token {
  readonly text: string;
  readonly renewAt: number;
}

/** Part of a token's life after which a new one is asked for, as the kubelet does. */
const renewAfter = 0.8;

/**
 * Reads what one pod refers to. Objects are read anew each time, so that a pod whose annotation was changed right after
 * a ConfigMap sees that ConfigMap; tokens are kept until 80 % of their life is over.
 */
export function podSources(client: KubeClient, now: () => number): (pod: Pod) => Promise<Sources> {
  const tokens = new Map<string, Token>();

  async function token(pod: Pod, reference: TokenReference): Promise<Token> {
    const { namespace, name, uid } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName}/token`;
    const spec = {
      audiences: reference.audience === undefined ? [] : [reference.audience],
      expirationSeconds: reference.expirationSeconds ?? 3600,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = await client.request<{ status: { token: string; expirationTimestamp: string } }>('POST', path, {
      body,
    });
    const life = Date.parse(status.expirationTimestamp) - now();
    return { text: status.token, renewAt: now() + renewAfter * life };
  }

  return async (pod) => {
    const { configMaps, secrets, tokens: wanted } = references(pod);
    const base = `/api/v1/namespaces/${pod.metadata.namespace}`;
    const read = <T>(kind: string, names: ReadonlySet<string>) =>
      Promise.all(
        [...names].map(
          async (name): Promise<[string, T | undefined]> => [
            name,
            await client.request<T>('GET', `${base}/${kind}/${name}`).catch(absentIfNotFound),
          ],
        ),
      );
    const renew = wanted.map(async (reference) => {
      const known = tokens.get(keyOf(reference));
      if (known === undefined || now() >= known.renewAt) tokens.set(keyOf(reference), await token(pod, reference));
    });
    const [foundConfigMaps, foundSecrets] = await Promise.all([
      read<ConfigMap>('configmaps', configMaps),
      read<Secret>('secrets', secrets),
      ...renew,
    ]);
    const byName = { configMap: new Map(foundConfigMaps), secret: new Map(foundSecrets) };
    return {
      configMap: (name) => byName.configMap.get(name),
      secret: (name) => byName.secret.get(name),
      token: (audience, expirationSeconds) => tokens.get(keyOf({ audience, expirationSeconds }))?.text,
    };
  };
}

const keyOf = ({ audience, expirationSeconds }: TokenReference) => `${audience ?? ''} ${expirationSeconds ?? ''}`;
