import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation, label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { desired } from '#operator/build/desired.ts';
import { ownerReference } from '#operator/build/labels.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeObject, Pod, Service } from '#operator/kube.ts';
import { mediaServiceOf, settleMediaServices } from '#operator/room/media-services.ts';
import { settleObjects } from '#operator/room/objects.ts';
import { addressOf, markPods } from '#operator/room/pod-marks.ts';
import { aNode, aPod, config, roomWithMedia } from '../objects.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const balanced = roomWithMedia({ mode: 'LoadBalancer' });

/** A cluster that keeps what is applied and numbers node ports, with pods of these names. */
function aCluster(room: LiveRoom, ...names: string[]) {
  const did: string[] = [];
  const objects = new Map<string, KubeObject>();
  const pods = names.map((name): Pod => {
    const pod = aPod(name);
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [ownerReference(room)] } };
  });
  let refusal: ApiError | undefined;
  const cluster = standInCluster({
    podsOf: () => pods,
    objectsOf: () => [...objects.values()],
    node: () => aNode([['ExternalIP', '203.0.113.7']]),
    async apply(object) {
      if (refusal !== undefined) throw refusal;
      did.push(`apply ${object.metadata.name}`);
      const { spec } = object as Service;
      const ports = spec?.ports?.map((port) => ({ ...port, nodePort: 31_000 }));
      const stored = ports === undefined ? object : { ...object, spec: { ...spec, ports } };
      objects.set(object.metadata.name, stored);
      return stored;
    },
    async remove({ metadata: { name } }) {
      if (refusal !== undefined) throw refusal;
      did.push(`remove ${name}`);
      objects.delete(name);
    },
    async mark(pod, { annotations }) {
      did.push(`mark ${pod.metadata.name} ${annotations?.[annotation.mediaAddresses]}`);
      return pod;
    },
  });
  return {
    cluster,
    did,
    objects,
    pods,
    refuse: (error: ApiError | undefined) => {
      refusal = error;
    },
    settle: () => settleMediaServices(room, pods[1] === undefined ? {} : { successor: pods[1] }, cluster),
  };
}

test('each pod gets a Service, whose address it is told, and which goes when the pod has gone', async () => {
  const nodePorts = roomWithMedia({ mode: 'NodePort' });
  const { cluster, did, pods, settle } = aCluster(nodePorts, 'a', 'b');
  assert.deepEqual(await settle(), {});
  await markPods(pods, nodePorts, { cluster, config, isConfigured: false });
  const address = '203.0.113.7:31000';
  assert.deepEqual(did.splice(0), ['apply a', 'apply b', `mark a ${address}`, `mark b ${address}`]);
  await settle();
  assert.deepEqual(did, []);
  pods.shift();
  await settle();
  assert.deepEqual(did, ['remove a']);
});

test('a pod that drains keeps its Service', async () => {
  const { did, pods, settle } = aCluster(balanced, 'a');
  await settle();
  const [pod] = pods;
  assert.ok(pod);
  pods[0] = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-01T13:00:00Z' } };
  await settle();
  assert.deepEqual(did, ['apply a']);
});

test('a Service that is on its way out is not removed again', async () => {
  const { did, objects, pods, settle } = aCluster(balanced, 'a');
  await settle();
  pods.pop();
  const [service] = objects.values();
  assert.ok(service);
  objects.set('a', { ...service, metadata: { ...service.metadata, deletionTimestamp: '2026-11-01T13:00:00Z' } });
  await settle();
  assert.deepEqual(did, ['apply a']);
});

test('a Service that is taken away by hand is made anew', async () => {
  const { did, objects, settle } = aCluster(balanced, 'a');
  await settle();
  objects.clear();
  await settle();
  assert.deepEqual(did, ['apply a', 'apply a']);
});

test('what is refused to the origin is wrong with the room, and what to its successor is in the way of that', async () => {
  const { pods, refuse, settle } = aCluster(balanced, 'a');
  const quota = 'services "a" is forbidden: exceeded quota: small, requested: services.loadbalancers=1';
  refuse(new ApiError(403, { message: quota }));
  assert.deepEqual(await settle(), { rejection: { reason: 'QuotaExceeded', message: `${quota}. Raise the quota.` } });
  refuse(undefined);
  await settle();
  pods.push(...aCluster(balanced, 'b').pods);
  refuse(new ApiError(403, { message: quota }));
  assert.deepEqual(await settle(), { obstacle: { reason: 'QuotaExceeded', message: `${quota}. Raise the quota.` } });
});

test('a Service that may not be removed is told of: a load balancer that nobody needs costs money', async () => {
  const { pods, refuse, settle } = aCluster(balanced, 'a', 'b');
  await settle();
  pods.shift();
  const role = 'services "a" is forbidden: User "x" cannot delete resource "services" in API group ""';
  refuse(new ApiError(403, { message: role }));
  assert.equal((await settle()).rejection?.reason, 'PermissionMissing');
});

test('a Service that exists keeps its class, and follows the annotations of the room', async () => {
  const media = { mode: 'LoadBalancer', loadBalancerClass: 'example.com/old' } as const;
  const { cluster, did, objects, pods, settle } = aCluster(roomWithMedia(media), 'a');
  await settle();
  pods.push(...aCluster(balanced, 'b').pods);
  const changed = { ...media, loadBalancerClass: 'example.com/new', serviceAnnotations: { 'example.com/pool': 'x' } };
  await settleMediaServices(roomWithMedia(changed), {}, cluster);
  assert.deepEqual(did, ['apply a', 'apply a', 'apply b']);
  const made = [...objects.values()] as Service[];
  assert.deepEqual(
    made.map(({ metadata, spec }) => [spec.loadBalancerClass, metadata.annotations?.['example.com/pool']]),
    [
      ['example.com/old', 'x'],
      ['example.com/new', 'x'],
    ],
  );
});

test('a Service that was made without a class gets none, which the API server would refuse', async () => {
  const { cluster, did, objects, pods, settle } = aCluster(balanced, 'a');
  await settle();
  const classed = roomWithMedia({ mode: 'LoadBalancer', loadBalancerClass: 'example.com/new' });
  pods.push(...aCluster(balanced, 'b').pods);
  await settleMediaServices(classed, {}, cluster);
  assert.deepEqual(did, ['apply a', 'apply b']);
  const made = [...objects.values()] as Service[];
  assert.deepEqual(
    made.map(({ spec }) => spec.loadBalancerClass),
    [undefined, 'example.com/new'],
  );
});

test('the room’s own objects and those of its pods do not take each other away', async () => {
  const { cluster, did, pods, settle } = aCluster(balanced, 'a');
  await settle();
  await settleObjects(balanced, undefined, cluster);
  const [pod] = pods;
  assert.ok(pod);
  assert.equal(mediaServiceOf(pod, balanced, cluster)?.spec.selector?.[label.pod], 'a');
  assert.equal(addressOf(pod, balanced, cluster), undefined);
  assert.deepEqual(did, ['apply a', ...desired(balanced).map(({ metadata }) => `apply ${metadata.name}`)]);
});

test('a room in another mode has no Services for its pods', async () => {
  for (const mode of ['HostPort', 'ClusterOnly'] as const) {
    const { did, settle } = aCluster(roomWithMedia({ mode }), 'a');
    assert.deepEqual(await settle(), {});
    assert.deepEqual(did, []);
  }
});
