import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import { namespaceService } from '#operator/build/namespace-service.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { OriginPlan } from '#operator/decide/origin.ts';
import type { Pod } from '#operator/kube.ts';
import { jsonLog } from '#operator/log.ts';
import { reconcileNamespace } from '#operator/reconcile-namespace.ts';
import { monitoring } from '#operator/room/monitoring.ts';
import { carryOut } from '#operator/room/origin.ts';
import { markPods } from '#operator/room/pod-marks.ts';
import { recheckMs } from '#operator/room/recheck.ts';
import { aPod, config, storedRoom } from './objects.ts';
import { standInCluster } from './stand-in-cluster.ts';

/** What the operator may not do is for the room to say, and no reason to say nothing. */

const room: LiveRoom = storedRoom();
const forbidden = (verb: string) => async () => {
  throw new ApiError(403, { message: `User "operator" cannot ${verb} resource "pods" in API group ""` });
};

test('a pod that may not be marked is told of', async () => {
  const cluster = standInCluster({ mark: forbidden('patch') });
  const finding = await markPods([undefined, aPod('a')], room, { cluster, config, isConfigured: true });
  assert.equal(finding?.reason, 'PermissionMissing');
  assert.match(finding?.message ?? '', /cannot patch resource "pods".*Grant it/);
});

test('a pod that has gone since it was last seen keeps the next one from nothing', async () => {
  const marked: string[] = [];
  const mark = async (pod: Pod) => {
    marked.push(pod.metadata.name);
    if (pod.metadata.name === 'gone') throw new ApiError(404, { message: 'pods "gone" not found' });
    return pod;
  };
  const cluster = standInCluster({ mark });
  const marks = { cluster, config, isConfigured: true };
  assert.equal(await markPods([aPod('gone'), aPod('there')], room, marks), undefined);
  assert.deepEqual(marked, ['gone', 'there']);
});

test('a pod that may not be taken away is told of, and its room is looked at again', async () => {
  const pod = aPod('a');
  const plan = { current: undefined, remove: [pod], rollout: 'Suspended' } as unknown as OriginPlan;
  const cluster = standInCluster({ remove: forbidden('delete') });
  const dependencies = { cluster, rollouts: { ledSinceMs: () => 0 }, now: () => 0 } as unknown as Parameters<
    typeof carryOut
  >[3];
  const { refusal } = await carryOut(room, plan, true, dependencies);
  assert.equal(refusal?.reason, 'PermissionMissing');
  assert.match(refusal?.message ?? '', /cannot delete resource "pods"/);
  const againInMs = recheckMs(room, { spec: undefined, pod: refusal, others: [] });
  assert.ok((againInMs ?? 0) >= 10_000);
});

test('what a namespace without rooms may not lose is told of in the log', async () => {
  const lines: string[] = [];
  const left = namespaceService('events');
  const cluster = standInCluster({ roomsIn: () => [], objectsOf: () => [left], remove: forbidden('delete') });
  await reconcileNamespace('events', {
    cluster,
    config,
    monitoring: monitoring({ cluster, tell: async () => {} }),
    sharedKeys: { settle: async () => [], clear: async () => [], forget: () => undefined },
    forgetEvents() {},
    log: jsonLog({ level: 'warn', write: (line) => lines.push(line), now: () => 0 }),
    onRoom: () => {},
  });
  assert.match(lines.join(), /cannot delete resource/);
});
