import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation, label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { ownerReference } from '#operator/build/labels.ts';
import { service } from '#operator/build/service.ts';
import { specHash } from '#operator/build/spec-hash.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import { switchMs } from '#operator/decide/origin.ts';
import type { KubeObject, Pod } from '#operator/kube.ts';
import { carryOut } from '#operator/room/origin.ts';
import { planOrigin } from '#operator/room/origin-plan.ts';
import { restarts } from '#operator/room/restarts.ts';
import { rollouts } from '#operator/room/rollouts.ts';
import { aPod, config, storedRoom } from '../objects.ts';

const room = storedRoom({ network: { media: { mode: 'ClusterOnly' } } });

/** A cluster with a room's Service and one pod, `a`, which is not as the room wants it. Tells what is done. */
function aCluster(of: LiveRoom = room) {
  const did: string[] = [];
  const made: Pod[] = [];
  const publishers = new Set<string>();
  const asked = new Set<string>();
  let nowMs = Date.parse('2026-11-01T14:00:00Z');
  let selected: string | undefined;
  const named = (name: string, hash: string, isReady = true): Pod => {
    const pod = aPod(name, { specHash: hash, isReady });
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [ownerReference(of)] } };
  };
  const pods: Pod[] = [named('a', 'old')];
  const cluster = {
    podsOf: () => pods,
    objectsOf: (): KubeObject[] => [service(of, selected)],
    node: () => undefined,
    async create(pod: Pod) {
      did.push('create');
      made.push(pod);
      pods.push(named('b', specHash(of, config), false));
      assert.equal(pod.metadata.labels?.[label.pod], pod.metadata.name);
    },
    async remove(pod: Pod) {
      did.push(`remove ${pod.metadata.name}`);
      pods.splice(pods.indexOf(pod), 1);
    },
  } as unknown as Cluster;
  const dependencies = {
    cluster,
    config,
    hostPorts: { withPort: () => assert.fail('no host port is wanted'), noteHeld: () => undefined },
    audience: (pod: Pod | undefined) => {
      const { name = '' } = pod?.metadata ?? {};
      if (!asked.has(name)) return 'Unasked' as const;
      const publisher = publishers.has(name) ? { since: '2026-11-01T13:00:00Z', sendsMedia: true } : undefined;
      return { room: { namespace: 'events', name: 'keynote', subscribers: 0, ...(publisher && { publisher }) } };
    },
    async askNow({ metadata: { name } }: Pod) {
      asked.add(name);
    },
    rollouts: rollouts({ maxConcurrent: 1, onTurn: () => {} }),
    restarts: restarts(),
    now: () => nowMs,
  };
  return {
    did,
    made,
    dependencies,
    publishers,
    asked,
    pass: (ms: number) => {
      nowMs += ms;
    },
    becomesReady(name: string) {
      const at = pods.findIndex(({ metadata }) => metadata.name === name);
      pods[at] = named(name, pods[at]?.metadata.annotations?.[annotation.specHash] ?? '');
    },
    keepsCrashing(name: string) {
      const at = pods.findIndex(({ metadata }) => metadata.name === name);
      const state = { waiting: { reason: 'CrashLoopBackOff' } };
      const pod = named(name, specHash(of, config), false);
      pods[at] = { ...pod, status: { ...pod.status, containerStatuses: [{ name: 'sfu', restartCount: 3, state }] } };
    },
    /** One reconcile: what the Service leads to is written first. */
    async settle(isLed = true) {
      const plan = await planOrigin(of, dependencies);
      if (isLed && plan.leadTo !== selected) did.push(`lead to ${plan.leadTo ?? 'all'}`);
      if (isLed) selected = plan.leadTo;
      const { pod, rollout } = await carryOut(of, plan, isLed, dependencies);
      return `${pod?.metadata.name} ${rollout}`;
    },
  };
}

test('a pod that nobody publishes to goes when its successor is ready, and when nobody can come to it any more', async () => {
  const { did, settle, becomesReady, pass, asked } = aCluster();
  asked.add('a');
  assert.equal(await settle(), 'a Replacing');
  assert.deepEqual(did.splice(0), ['lead to a', 'create']);
  assert.equal(await settle(), 'a Replacing');
  assert.deepEqual(did, []);
  becomesReady('b');
  assert.equal(await settle(), 'a Replacing');
  assert.deepEqual(did.splice(0), ['lead to b']);
  assert.equal(await settle(), 'b Replacing');
  assert.deepEqual(did, []);
  pass(switchMs);
  assert.equal(await settle(), 'b Replacing');
  assert.deepEqual(did.splice(0), ['remove a']);
  assert.equal(await settle(), 'b Current');
  assert.deepEqual(did, ['lead to all']);
});

test('a publisher who comes just before the Service leads elsewhere has it lead back', async () => {
  const { did, settle, becomesReady, pass, publishers, asked } = aCluster();
  asked.add('a');
  await settle();
  becomesReady('b');
  await settle();
  publishers.add('a');
  pass(switchMs);
  assert.equal(await settle(), 'a WaitingForIdle');
  assert.deepEqual(did, ['lead to a', 'create', 'lead to b', 'lead to a']);
  publishers.clear();
  await settle();
  await settle();
  pass(switchMs);
  await settle();
  assert.deepEqual(did.slice(4), ['lead to b', 'remove a']);
});

test('a publisher who has come since the pod was last asked keeps it', async () => {
  const { did, settle, publishers, asked } = aCluster();
  asked.add('a');
  publishers.add('a');
  assert.equal(await settle(), 'a WaitingForIdle');
  assert.deepEqual(did, []);
});

test('a pod that has not been asked is not taken to be empty', async () => {
  const { did, settle } = aCluster();
  assert.equal(await settle(), 'a WaitingForIdle');
  assert.deepEqual(did, []);
});

test('where the Service could not be written nobody is taken away', async () => {
  const { did, settle, asked } = aCluster();
  asked.add('a');
  assert.equal(await settle(false), 'a Replacing');
  assert.deepEqual(did, []);
});

test('a suspended room loses its pods even if its spec is refused', async () => {
  const { did, settle } = aCluster(storedRoom({ ...room.spec, suspend: true }));
  assert.equal(await settle(false), 'undefined Suspended');
  assert.deepEqual(did, ['remove a']);
});

test('a successor that keeps crashing gives way to another, which is given longer', async () => {
  const { did, made, settle, keepsCrashing, asked } = aCluster();
  asked.add('a');
  await settle();
  keepsCrashing('b');
  assert.equal(await settle(), 'a Replacing');
  assert.deepEqual(did, ['lead to a', 'create', 'create', 'remove b']);
  assert.deepEqual(
    made.map(({ metadata }) => metadata.annotations?.[annotation.crashLoops]),
    [undefined, '1'],
  );
});

test('a room that has to wait is noted at once, so that a turn which another one leaves at that moment becomes its own', async () => {
  const turns: string[] = [];
  const shared = rollouts({ maxConcurrent: 1, onTurn: (key) => turns.push(key) });
  const another = (rollout: 'Replacing' | 'Current') => {
    shared.mayBegin('events/another', 'new');
    shared.note('events/another', { rollout, isSurge: rollout === 'Replacing', specHash: 'new' }, 0);
  };
  another('Replacing');
  const { dependencies, asked } = aCluster();
  asked.add('a');
  const planned = planOrigin(room, { ...dependencies, rollouts: shared });
  another('Current');
  assert.equal((await planned).rollout, 'WaitingForTurn');
  assert.deepEqual(turns, [roomKey(room)]);
});
