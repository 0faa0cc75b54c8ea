import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, claimed, heldForMs, type Lease, observed, released } from '#operator/decide/lease.ts';
import { actsUnelected, type OperatorPod } from '#operator/decide/unelected.ts';

const candidate: Candidate = { namespace: 'live', name: 'liveroom-operator', identity: 'a', leaseSeconds: 15 };
const noon = Date.UTC(2026, 10, 21, 12);
const held = (spec: Lease['spec'] = {}): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'live', name: 'liveroom-operator', resourceVersion: '7' },
  spec: {
    holderIdentity: 'b',
    leaseDurationSeconds: 15,
    acquireTime: '2026-11-21T11:00:00.000000Z',
    renewTime: '2026-11-21T11:59:59.000000Z',
    leaseTransitions: 3,
    ...spec,
  },
});

test('a Lease that nobody has made yet is made with times of six digits', () => {
  assert.deepEqual(claimed(undefined, candidate, noon), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'live', name: 'liveroom-operator' },
    spec: {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-11-21T12:00:00.000000Z',
      renewTime: '2026-11-21T12:00:00.000000Z',
      leaseTransitions: 0,
    },
  });
});

test('a renewal changes the time of renewal alone', () => {
  const own = held({ holderIdentity: 'a' });
  const renewed = { ...own, spec: { ...own.spec, renewTime: '2026-11-21T12:00:00.000000Z' } };
  assert.deepEqual(claimed(own, candidate, noon), renewed);
});

test('a Lease that changes hands counts it, and is written only as it was read', () => {
  const { metadata, spec } = claimed(held(), candidate, noon);
  assert.equal(metadata.resourceVersion, '7');
  assert.deepEqual([spec?.holderIdentity, spec?.leaseTransitions], ['a', 4]);
  assert.equal(spec?.acquireTime, spec?.renewTime);
});

test('a Lease that its holder has left is free at once, and still counts the hands that it has been in', () => {
  const left = released(held(), noon);
  assert.equal(heldForMs({ lease: left, sinceMs: 0 }, 'a', 0), 0);
  assert.equal(claimed(left, candidate, noon).spec?.leaseTransitions, 4);
});

test('a Lease of somebody else is free when it has not changed for as long as it says, by the clock of who looks', () => {
  const seen = { lease: held(), sinceMs: 1_000 };
  assert.equal(heldForMs(seen, 'a', 1_000), 15_000);
  assert.equal(heldForMs(seen, 'a', 15_999), 1);
  assert.equal(heldForMs(seen, 'a', 16_000), 0);
  assert.equal(heldForMs(seen, 'b', 1_000), 0);
});

test('what counts is when the Lease was seen to change, whatever time it names', () => {
  const first = observed(undefined, held({ renewTime: '2001-01-01T00:00:00.000000Z' }), 1_000);
  const relabelled = { ...first.lease, metadata: { ...first.lease.metadata, resourceVersion: '8' } };
  assert.equal(observed(first, relabelled, 9_000).sinceMs, 1_000);
  const renewed = held({ renewTime: '2001-01-01T00:00:02.000000Z' });
  assert.equal(observed(first, renewed, 9_000).sinceMs, 9_000);
});

test('an operator that is not told where a Lease would be acts without one until it has ended, or was to have', () => {
  const pod = (names: readonly string[], phase: string, deletionTimestamp?: string): OperatorPod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'liveroom-operator-a', ...(deletionTimestamp && { deletionTimestamp }) },
    spec: { containers: [{ env: names.map((name) => ({ name })) }] },
    status: { phase },
  });
  const of010 = ['POD_IP', 'POD_NAME'];
  const cases: Readonly<Record<string, [OperatorPod, boolean]>> = {
    'of 0.1.0': [pod(of010, 'Running'), true],
    'of 0.1.0, about to start': [pod(of010, 'Pending'), true],
    'of 0.1.0, told to end': [pod(of010, 'Running', '2026-11-21T12:00:05Z'), true],
    'of 0.1.0, on a lost node': [pod(of010, 'Running', '2026-11-21T11:59:00Z'), false],
    'of 0.1.0, evicted': [pod(of010, 'Failed'), false],
    'of today': [pod([...of010, 'POD_NAMESPACE'], 'Running'), false],
  };
  for (const [name, [seen, acts]] of Object.entries(cases)) assert.equal(actsUnelected(seen, noon), acts, name);
});
