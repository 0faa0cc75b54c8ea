import { appName, label } from '#crds/contract.ts';
import { actsUnelected, type OperatorPod } from '../../decide/unelected.ts';
import { isStatus } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { collectionPath } from '../client/paths.ts';

/**
 * Resolves once no operator acts in the namespace that asks for no Lease. Until the first replica after an upgrade from
 * release 0.1.0 is ready, that of 0.1.0 goes on; what both write, each would put right again and again. Rejects while
 * there is one, with its name. Who may not look takes it that there is none.
 */
export async function unelectedEnded(
  client: KubeClient,
  { namespace, wallMs, signal }: { readonly namespace: string; readonly wallMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const path = collectionPath({ apiVersion: 'v1', kind: 'Pod' }, namespace);
  const query = { labelSelector: `${label.name}=${appName.operator}` };
  const none = { items: [] };
  const { items } = await client
    .request<{ readonly items: readonly OperatorPod[] }>('GET', path, { query, signal })
    .catch((error) => {
      if (isStatus(error, 403)) return none;
      throw error;
    });
  const acting = items.find((pod) => actsUnelected(pod, wallMs));
  if (acting !== undefined) throw new Error(`operator ${acting.metadata.name} acts without a Lease, and has not ended`);
}
