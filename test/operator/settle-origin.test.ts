import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerReference } from '#operator/build/labels.ts';
import { originSpecHash } from '#operator/build/origin-pod.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import type { Pod } from '#operator/kube.ts';
import { settleOrigin } from '#operator/origin.ts';
import { aPod, config, storedRoom } from './objects.ts';

const room = storedRoom({ network: { media: { mode: 'ClusterOnly' } } });

const ownPod = (name: string, specHash: string): Pod => {
  const pod = aPod(name, { specHash });
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [ownerReference(room)] } };
};

/** Settles the origin of a room that has one changed pod, `a`; tells what was made and removed. */
async function settled(publisherHasCome: boolean) {
  const did: string[] = [];
  const pods: Pod[] = [ownPod('a', 'old')];
  let knows = false;
  const cluster = {
    podsOf: () => pods,
    async create(pod: Pod) {
      did.push('create');
      pods.push(ownPod(pod.metadata.name, originSpecHash(room, config)));
    },
    async remove(pod: Pod) {
      did.push(`remove ${pod.metadata.name}`);
      pods.splice(pods.indexOf(pod), 1);
    },
  } as unknown as Cluster;
  const { pod, rollout } = await settleOrigin(room, true, {
    cluster,
    config,
    hostPorts: { withPort: () => assert.fail('no host port is wanted') },
    isBusy: ({ metadata: { name } }) => name === 'a' && publisherHasCome && knows,
    async askNow({ metadata: { name } }) {
      did.push(`ask ${name}`);
      knows = true;
    },
    now: () => 0,
  });
  return { did, rollout, isFirst: pod?.metadata.name === 'a' };
}

test('a pod that nobody publishes to is replaced', async () => {
  assert.deepEqual(await settled(false), { did: ['ask a', 'create', 'remove a'], rollout: 'Current', isFirst: false });
});

test('a publisher who has come since the pod was last asked is not cut off', async () => {
  assert.deepEqual(await settled(true), { did: ['ask a'], rollout: 'WaitingForIdle', isFirst: true });
});
