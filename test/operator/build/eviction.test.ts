import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label } from '#crds/contract.ts';
import { desiredOfNamespace } from '#operator/build/desired.ts';
import { evictionBudget, evictionMarks } from '#operator/build/eviction.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { config, storedRoom } from '../objects.ts';

const room = (eviction: 'Never' | 'OnUpgrade' | 'Always') => storedRoom({ drain: { timeout: '9m', eviction } });
const autoscaler = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

for (const [eviction, isSafe] of [
  ['Never', 'false'],
  ['OnUpgrade', 'false'],
  ['Always', 'true'],
] as const)
  test(`with eviction ${eviction} the cluster autoscaler is told ${isSafe}`, () => {
    assert.equal(evictionMarks(room(eviction)).annotations[autoscaler], isSafe);
    const { labels, annotations } = originPod(room(eviction), config, { hostPort: 7000, replaces: '' }).metadata;
    assert.equal(annotations[autoscaler], isSafe);
    assert.equal(labels[label.eviction], eviction);
  });

test('a namespace has a budget while it has a room whose pods nobody may evict', () => {
  const kinds = (...rooms: Parameters<typeof room>) =>
    desiredOfNamespace('events', rooms.map(room), config, { ServiceMonitor: false, PrometheusRule: false }).map(
      ({ kind }) => kind,
    );
  assert.ok(!kinds('Always').includes('PodDisruptionBudget'));
  assert.ok(kinds('Never').includes('PodDisruptionBudget'));
});

test('the budget is about the pods of such rooms, and asks for more than there can be', () => {
  const { spec, metadata } = evictionBudget('events', [room('Always'), room('Never')]) ?? assert.fail();
  assert.deepEqual(spec.selector.matchLabels, { [label.name]: 'live-sfu', [label.eviction]: 'Never' });
  assert.ok(Number.isInteger(spec.minAvailable) && spec.minAvailable > 100_000);
  assert.equal(metadata.name, 'live-sfu');
});
