import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkPolicy } from '#operator/build/network-policy.ts';
import type { Config } from '#operator/config.ts';
import { config } from '../objects.ts';

const policy = (given: Partial<Config['networkPolicy']>) =>
  networkPolicy('events', { ...config, networkPolicy: { ...config.networkPolicy, ...given } });
const sources = (port: number, given: Partial<Config['networkPolicy']> = {}) => {
  const rule = policy(given)?.spec.ingress.find(({ ports }) => ports.some((one) => one.port === port));
  return rule !== undefined && 'from' in rule ? rule.from : 'anywhere';
};
const prometheus = { ipBlock: { cidr: '10.0.0.5/32' } };

test("clients reach media and HTTP from anywhere, and what leaves a pod is nobody's concern", () => {
  for (const port of [7882, 8080]) assert.equal(sources(port, { internalFrom: [prometheus] }), 'anywhere');
  assert.deepEqual(policy({})?.spec.policyTypes, ['Ingress']);
});

test('all pods of the cluster reach the internal port, since nobody knows where Prometheus runs', () => {
  assert.deepEqual(sources(9090), [{ namespaceSelector: {} }]);
});

test('where it is known, those reach it, and the pods among themselves, and the operator that asks them', () => {
  const named = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
  assert.deepEqual(sources(9090, { internalFrom: [prometheus] }), [
    named('live-sfu'),
    { namespaceSelector: {}, ...named('liveroom-operator') },
    prometheus,
  ]);
});

test('who has policies of their own gets none', () => assert.equal(policy({ mode: 'Disabled' }), undefined));
