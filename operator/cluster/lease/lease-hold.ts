import {
  type Candidate,
  claimed,
  heldForMs,
  type Lease,
  type ObservedLease,
  observed,
  released,
} from '../../decide/lease.ts';
import { absentIfNotFound } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { collectionPath, objectPath } from '../client/paths.ts';

/** In milliseconds. `retryMs` < `renewMs` < `leaseMs`. */
export interface ElectionTiming {
  /** How long the others wait for a leader that is not heard of; whole seconds. */
  readonly leaseMs: number;
  /** How long a leader that cannot renew its lease goes on. */
  readonly renewMs: number;
  /** How often the leader renews it; the others look twice as often. */
  readonly retryMs: number;
}

export interface LeaseOptions {
  /** Best one with connections of its own: whatever else is under way must not hold up a renewal. */
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this process among those that want the Lease. One that starts again under its name goes on where it was. */
  readonly identity: string;
  readonly timing: ElectionTiming;
  /** Milliseconds of a clock that never goes back, and goes on while the process is stopped. */
  readonly now: () => number;
  /** Milliseconds of the day's clock, for people to read. */
  readonly wallClock: () => number;
  /** Rejects while nobody may take the Lease, as somebody acts without one. Default: never. */
  readonly mayTake?: (signal: AbortSignal) => Promise<void>;
}

/** The Lease was ours and is not any more. */
export class LeaseLost extends Error {
  constructor({ namespace, name }: Pick<LeaseOptions, 'namespace' | 'name'>, why: string) {
    super(`Lease ${namespace}/${name} is lost: ${why}`);
    this.name = 'LeaseLost';
  }
}

/** What we know of the Lease, and how long it is ours. */
export function leaseHold(options: LeaseOptions) {
  const { identity, timing, now, wallClock, mayTake } = options;
  const candidate: Candidate = { ...options, leaseSeconds: timing.leaseMs / 1000 };
  const lease = leaseRequests(options.client, candidate);
  let seen: ObservedLease | undefined;
  /** Whether the Lease is as we have seen it: while it is ours nobody else writes to it. */
  let isCertain = false;
  /** When the last request that made or kept it ours was sent. */
  let renewedMs: number | undefined;

  return {
    /** Once it is ours. */
    lease: (): Lease | undefined => (renewedMs === undefined ? undefined : seen?.lease),

    /** How long it is ours unless it is renewed; infinite while it never was. */
    leftMs: (): number => (renewedMs === undefined ? Number.POSITIVE_INFINITY : renewedMs + timing.renewMs - now()),

    /** Resolves to 0 when it is ours, else to how long somebody else has it at least. Throws LeaseLost. */
    async takeOrRenew(signal: AbortSignal): Promise<number> {
      if (!isCertain) {
        const found = await lease.read(signal);
        seen = found && observed(seen, found, now());
      }
      const holder = seen?.lease.spec?.holderIdentity;
      if (renewedMs !== undefined && seen !== undefined && holder !== identity)
        throw new LeaseLost(candidate, `${holder ?? 'nobody'} holds it`);
      const heldMs = seen === undefined ? 0 : heldForMs(seen, identity, now());
      if (heldMs > 0) return heldMs;
      if (renewedMs === undefined) await mayTake?.(signal);
      const sentMs = now();
      isCertain = false;
      const written = await lease.write(claimed(seen?.lease, candidate, wallClock()), signal);
      isCertain = true;
      seen = observed(seen, written, now());
      renewedMs = sentMs;
      return 0;
    },

    /** Leaves it to whoever wants it, if it is ours, or came to be by a request that we had given up. */
    async leave(signal: AbortSignal): Promise<void> {
      const found = await lease.read(signal);
      if (found?.spec?.holderIdentity === identity) await lease.write(released(found, wallClock()), signal);
    },
  };
}

/** A Lease that has changed since it was read is not written (409). */
function leaseRequests(client: KubeClient, { namespace, name }: Candidate) {
  const path = objectPath({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } });
  return {
    read: (signal: AbortSignal) => client.request<Lease>('GET', path, { signal }).catch(absentIfNotFound),
    write: (body: Lease, signal: AbortSignal) =>
      body.metadata.resourceVersion === undefined
        ? client.request<Lease>('POST', collectionPath(body, namespace), { body, signal })
        : client.request<Lease>('PUT', path, { body, signal }),
  };
}
