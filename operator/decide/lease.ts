import type { KubeObject } from '../kube.ts';

/** coordination.k8s.io/v1: who among several may act. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * A Lease, and since when by our own clock it has said what it says. The times within it are by the clock of whoever
 * wrote them, so that only people should go by them.
 */
export interface ObservedLease {
  readonly lease: Lease;
  readonly sinceMs: number;
}

/** A Lease as it has just been read. */
export const observed = (before: ObservedLease | undefined, lease: Lease, nowMs: number): ObservedLease =>
  before !== undefined && JSON.stringify(before.lease.spec) === JSON.stringify(lease.spec)
    ? { lease, sinceMs: before.sinceMs }
    : { lease, sinceMs: nowMs };

/** For how long nobody but its holder may take the Lease, in ms; 0 if nobody else holds it, or it was left to run out. */
export function heldForMs({ lease, sinceMs }: ObservedLease, identity: string, nowMs: number): number {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
  if (holderIdentity === '' || holderIdentity === identity) return 0;
  return Math.max(0, sinceMs + leaseDurationSeconds * 1000 - nowMs);
}

export interface Candidate {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseSeconds: number;
}

/** The Lease as its candidate takes or renews it. `wallMs` is for people to read. */
export function claimed(before: Lease | undefined, candidate: Candidate, wallMs: number): Lease {
  const { namespace, name, identity, leaseSeconds } = candidate;
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = before?.spec ?? {};
  const isRenewal = holderIdentity === identity;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? { namespace, name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: leaseSeconds,
      acquireTime: (isRenewal ? acquireTime : undefined) ?? microTime(wallMs),
      renewTime: microTime(wallMs),
      leaseTransitions: before === undefined || isRenewal ? leaseTransitions : leaseTransitions + 1,
    },
  };
}

/** The Lease as its holder leaves it, for anybody to take at once. */
export const released = (lease: Lease, wallMs: number): Lease => ({
  ...lease,
  spec: { leaseDurationSeconds: 1, renewTime: microTime(wallMs), leaseTransitions: lease.spec?.leaseTransitions ?? 0 },
});

/** The API server takes six digits of a second, and no fewer. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
