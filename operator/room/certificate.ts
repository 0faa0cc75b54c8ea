import type { LiveRoom } from '#crds/liveroom.ts';
import { ApiError } from '../cluster/client/api-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Finding } from '../decide/finding.ts';
import { permissionRefusal } from '../decide/refusal.ts';
import type { Secret } from '../kube.ts';

/** What a Secret of type kubernetes.io/tls has. */
const keys = ['tls.crt', 'tls.key'] as const;

/** What is wrong with the certificate that the room's Ingress names; undefined if nothing is, or it names none. */
export async function certificateProblem(
  { metadata: { namespace }, spec }: LiveRoom,
  cluster: Pick<Cluster, 'read'>,
): Promise<Finding<'EndpointReady'> | undefined> {
  const { tlsSecretRef, host, gatewayRef } = spec.network.http ?? {};
  if (tlsSecretRef === undefined || !host || gatewayRef !== undefined) return undefined;
  const { name } = tlsSecretRef;
  const field = 'spec.network.http.tlsSecretRef';
  try {
    const secret = await cluster.read<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } });
    if (secret === undefined) return missing(`${field}: there is no Secret ${namespace}/${name} for host ${host}.`);
    const lacking = keys.find((key) => !secret.data?.[key]);
    return lacking && missing(`${field}: Secret ${namespace}/${name} has no key ${lacking}, or an empty one.`);
  } catch (error) {
    const refusal = error instanceof ApiError ? permissionRefusal(error) : undefined;
    if (refusal === undefined) throw error;
    return { reason: 'PermissionMissing', message: refusal.message };
  }
}

const missing = (what: string): Finding<'EndpointReady'> => ({
  reason: 'TLSSecretMissing',
  message: `${what} Create it, or have it made from a certificate's issuer; it is found within a minute.`,
});
