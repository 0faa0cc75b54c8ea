import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexOf } from '#operator/cluster/cache/index-of.ts';
import { lean, leanNamespace, leanPod } from '#operator/cluster/watch/lean.ts';
import type { Namespace, Pod } from '#operator/kube.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

test('of the metadata stays what is read, and what others have put into labels and annotations', () => {
  const annotations = { [lastApplied]: '{"a": 1}', theirs: 'yes' };
  const metadata = { name: 'a', namespace: 'live', uid: 'u', resourceVersion: '7', labels: { x: 'y' } };
  const whole = { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, annotations, managedFields: [{}] } };
  assert.deepEqual(lean({ ...whole, spec: { ports: [] } }), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, annotations: { theirs: 'yes' } },
    spec: { ports: [] },
  });
});

test('of a pod stays what is read of it', () => {
  const head = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'live' } };
  const ports = [{ name: 'media', containerPort: 1, protocol: 'UDP', hostPort: 7000 }];
  const container = { name: 'sfu', image: 'sfu:1', env: [{ name: 'A', value: 'b' }], volumeMounts: [{}] };
  const condition = { type: 'Ready', status: 'True', lastProbeTime: null };
  const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'again' } };
  const status = { name: 'sfu', restartCount: 3, state: waiting, imageID: 'x', containerID: 'y', ready: false };
  const whole = {
    ...head,
    spec: { nodeName: 'node-1', containers: [{ ...container, ports }], volumes: [{}], tolerations: [{}] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      hostIP: '10.1.0.1',
      conditions: [condition],
      containerStatuses: [status],
    },
  };
  const kept = leanPod(whole as Pod);
  assert.deepEqual(kept.spec, {
    nodeName: 'node-1',
    containers: [{ name: 'sfu', image: 'sfu:1', ports: [{ name: 'media', hostPort: 7000 }] }],
  });
  assert.deepEqual([kept.status?.phase, kept.status?.podIP], ['Running', '10.0.0.1']);
  assert.ok(!('hostIP' in (kept.status ?? {})));
  assert.deepEqual(kept.status?.containerStatuses, [{ name: 'sfu', restartCount: 3, state: waiting }]);
  assert.deepEqual(Object.keys(kept.status?.conditions?.[0] ?? {}).slice(0, 2), ['type', 'status']);
  assert.ok(!('lastProbeTime' in (kept.status?.conditions?.[0] ?? {})));
});

test('a pod that nobody has placed yet has neither status nor ports', () => {
  const bare: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'sfu' }] } };
  assert.deepEqual(leanPod(bare), bare);
});

test('of a namespace stay its labels and whether it ends', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'live', labels: { a: 'b' } } };
  const whole = { ...namespace, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active', conditions: [] } };
  assert.deepEqual(leanNamespace(whole as Namespace), { ...namespace, status: { phase: 'Active' } });
});

test('an index finds the keys of a value, whether it is one or many, and counts them', () => {
  const byColour = indexOf<{ colour?: string }, string>(({ colour }) => colour);
  const found = (colour: string) => byColour.keys(colour).toSorted();
  byColour.change('a', { colour: 'red' }, undefined);
  byColour.change('a', { colour: 'red' }, { colour: 'red' });
  byColour.change('b', {}, undefined);
  assert.deepEqual([found('red'), found('blue')], [['a'], []]);
  byColour.change('c', { colour: 'red' }, undefined);
  byColour.change('b', { colour: 'blue' }, {});
  assert.deepEqual([...byColour.counts()].toSorted(), [
    ['blue', 1],
    ['red', 2],
  ]);
  byColour.change('a', { colour: 'blue' }, { colour: 'red' });
  assert.deepEqual([found('red'), found('blue')], [['c'], ['a', 'b']]);
  for (const key of ['a', 'b']) byColour.change(key, undefined, { colour: 'blue' });
  byColour.change('c', {}, { colour: 'red' });
  assert.deepEqual([...byColour.counts()], []);
});
