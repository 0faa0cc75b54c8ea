import type { KubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import type { Call } from './fault.ts';
import type { OperatorProcess } from './operator-process.ts';

interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string; readonly leaseTransitions?: number; readonly renewTime?: string };
}

/** From when an operator has had the Lease, as the API server tells it. An empty name: nobody. */
export interface Reign {
  readonly holder: string;
  readonly sinceMs: number;
  /** How long after the renewal before, as that tells when it was written; NaN where nobody had it before. */
  readonly afterRenewalMs: number;
}

/** Who has had the Lease when. Times are of `performance.now()`. */
export async function leaseWatch(
  client: KubeClient,
  namespace: string,
): Promise<{ readonly reigns: readonly Reign[]; stop(): void }> {
  const reigns: Reign[] = [];
  let renewedMs = Number.NaN;
  const leases = reflector<Lease>({
    client,
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    onChange(_key, lease) {
      const holder = lease?.spec?.holderIdentity ?? '';
      if (holder !== (reigns.at(-1)?.holder ?? ''))
        reigns.push({ holder, sinceMs: performance.now(), afterRenewalMs: Date.now() - renewedMs });
      renewedMs = Date.parse(lease?.spec?.renewTime ?? '');
    },
  });
  await leases.synced;
  return { reigns, stop: () => leases.stop() };
}

/** An operator whose way to the API server is watched. */
export type Watched = Pick<OperatorProcess, 'name' | 'door'>;

/** Requests that change something other than the Lease itself. */
export const changes = ({ door: { calls } }: Watched): readonly Call[] =>
  calls.filter(({ method, path }) => method !== 'GET' && !path.includes('/leases'));

/**
 * Changes that an operator asked for while another had the Lease. The API server tells us of a new holder some
 * milliseconds late, which is in favour of whoever had it before; who writes without the Lease does so for seconds. That
 * the new one has it already is believed only if it has asked for it.
 */
export function usurpations(
  operators: readonly Watched[],
  reigns: readonly Reign[],
  leaseMs: number,
): readonly string[] {
  const holderAt = (ms: number) => reigns.findLast(({ sinceMs }) => sinceMs <= ms)?.holder ?? '';
  return operators.flatMap((operator) =>
    changes(operator)
      .filter(
        ({ atMs }) =>
          !hasRenewed(operator, atMs, leaseMs) ||
          (!isOf(holderAt(atMs), operator.name) && !isOf(nextHolder(reigns, atMs), operator.name)),
      )
      .map(
        ({ method, path, atMs }) => `${operator.name}, while the Lease was of "${holderAt(atMs)}": ${method} ${path}`,
      ),
  );
}

/** Whoever has asked for no renewal for the time of a lease has none, whatever the API server still says. */
const hasRenewed = (operator: Watched, ms: number, leaseMs: number): boolean =>
  renewals(operator).some(({ atMs }) => atMs <= ms && atMs > ms - leaseMs);

/** What an operator asked for to have the Lease, to keep it, or to give it back. */
export const renewals = ({ door: { calls } }: Watched): readonly Call[] =>
  calls.filter(({ method, path }) => method !== 'GET' && path.includes('/leases'));

/** An operator's identity may be more than its name. */
const isOf = (holder: string, name: string): boolean => holder.startsWith(name);

/** Who takes the Lease within the time in which we may not have heard of it; on a busy machine that is long. */
const nextHolder = (reigns: readonly Reign[], ms: number): string =>
  reigns.find(({ sinceMs }) => sinceMs > ms && sinceMs - ms < 2_000)?.holder ?? '';
