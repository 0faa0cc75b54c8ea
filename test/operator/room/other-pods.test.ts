import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation, otherPodsIn } from '#crds/contract.ts';
import { ownerReference } from '#operator/build/labels.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import type { Pod } from '#operator/kube.ts';
import { markPods } from '#operator/room/pod-marks.ts';
import { aPod, config, storedRoom } from '../objects.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const room = storedRoom({ network: { media: { mode: 'ClusterOnly' } } });

/** A room's pods, each of which was made when those before it were there. */
function aCluster(...names: readonly string[]) {
  const told: string[] = [];
  const pods: Pod[] = [];
  for (const name of names) {
    const others = pods.flatMap(({ metadata }) => metadata.uid ?? []);
    const { annotations } = originPod(room, config, { replaces: '', others }).metadata;
    const made = aPod(name);
    pods.push({ ...made, metadata: { ...made.metadata, annotations, ownerReferences: [ownerReference(room)] } });
  }
  const cluster = standInCluster({
    podsOf: () => pods,
    async mark(pod, { annotations = {} }) {
      const text = annotations[annotation.otherPods];
      if (text !== pod.metadata.annotations?.[annotation.otherPods]) told.push(`${pod.metadata.name}: ${text}`);
      return pod;
    },
  });
  return { pods, told, mark: () => markPods(pods, room, { cluster, config, isConfigured: true }) };
}

test('a pod is told which others its room has, from its creation on, and when one has come or gone', async () => {
  const { pods, told, mark } = aCluster('a', 'b');
  assert.deepEqual(
    pods.map(({ metadata }) => otherPodsIn(metadata.annotations?.[annotation.otherPods] ?? '')),
    [[], ['uid-of-a']],
  );
  await mark();
  assert.deepEqual(told.splice(0), ['a: uid-of-b']);
  pods.shift();
  await mark();
  assert.deepEqual(told, ['b: none']);
});

test('a pod that drains is there until it has gone; one whose processes have ended is not', async () => {
  const { pods, told, mark } = aCluster('a', 'b');
  const [a] = pods;
  assert.ok(a);
  pods[0] = { ...a, metadata: { ...a.metadata, deletionTimestamp: '2026-11-01T13:00:00Z' } };
  await mark();
  assert.ok(!told.some((text) => text.startsWith('b')));
  pods[0] = { ...a, status: { phase: 'Failed' } };
  await mark();
  assert.ok(told.includes('b: none'));
});

test('a pod that was made without the list is not marked for it', async () => {
  const { pods, told, mark } = aCluster('a', 'b');
  const [a] = pods;
  assert.ok(a);
  const { [annotation.otherPods]: _, ...annotations } = a.metadata.annotations ?? {};
  pods[0] = { ...a, metadata: { ...a.metadata, annotations } };
  await mark();
  assert.ok(!told.some((text) => text.startsWith('a: uid')));
});
