import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#operator/kube.ts';
import { jsonLog } from '#operator/log.ts';
import { reconcileOwn } from '#operator/reconcile-own.ts';
import type { Monitoring } from '#operator/room/monitoring.ts';
import { config } from './objects.ts';
import { standInCluster } from './stand-in-cluster.ts';

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'liveroom-operator', namespace: 'liveroom-system', uid: 'uid-of-the-service' },
};

/** Reconciles once; what it wanted made, and what it returned. */
async function once({ namespace = 'liveroom-system', isServed = true, hasService = true } = {}) {
  const wanted: string[] = [];
  const outcome = await reconcileOwn(namespace || undefined, {
    cluster: standInCluster({
      monitoringKinds: () => ({ ServiceMonitor: isServed, PrometheusRule: false }),
      read: async <T extends KubeObject>() => (hasService ? (service as T) : undefined),
    }),
    monitoring: {
      settle: async (_key: string, objects: readonly KubeObject[]) => {
        wanted.push(...objects.map(({ kind }) => kind));
        return { isNews: false };
      },
    } as unknown as Monitoring,
    config,
    log: jsonLog({ level: 'error', write: () => {}, now: () => 0 }),
  });
  return { wanted, outcome };
}

test('the operator is monitored where it has a Service', async () => {
  assert.deepEqual(await once(), { wanted: ['ServiceMonitor', 'PrometheusRule'], outcome: { kind: 'done' } });
});

test('a Service that is not there is looked for again, since nobody would tell of it', async () => {
  const { wanted, outcome } = await once({ hasService: false });
  assert.deepEqual(wanted, []);
  assert.ok(outcome.kind === 'done' && outcome.againInMs !== undefined && outcome.againInMs >= 30_000);
});

test('without a namespace of its own, or without the kinds, it asks for nothing', async () => {
  const nothing = { wanted: [], outcome: { kind: 'done' } };
  assert.deepEqual(await once({ namespace: '' }), nothing);
  assert.deepEqual(await once({ isServed: false }), nothing);
});
