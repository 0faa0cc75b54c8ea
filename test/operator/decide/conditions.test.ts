import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionReasons } from '#crds/liveroom.ts';
import { conditions } from '#operator/decide/conditions.ts';
import type { Seen } from '#operator/decide/seen.ts';
import type { Pod } from '#operator/kube.ts';
import { aCondition, aPod, storedRoom } from '../objects.ts';
import { condition, says, seen } from './said.ts';

const withStatus = (status: Pod['status'], nodeName = 'node-1') => aPod('keynote-origin-aaaaa', { status, nodeName });
const waiting = (reason: string, message?: string) =>
  withStatus({
    containerStatuses: [{ name: 'sfu', restartCount: 4, state: { waiting: { reason, ...(message && { message }) } } }],
  });
const unscheduled = (message: string) =>
  withStatus({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  });

const table: Readonly<Record<string, readonly [string, Partial<Seen>, string, RegExp]>> = {
  'a working room is Ready': ['Ready', {}, 'True/Ready', /takes a publisher/],
  'an origin that is ready says where it takes media': [
    'OriginReady',
    {},
    'True/OriginReady',
    /203\.0\.113\.7:7000\/udp/,
  ],
  'no pod yet': ['OriginReady', { origin: undefined }, 'False/PodPending', /about to be made/],
  'no pod while the spec is refused': [
    'OriginReady',
    { origin: undefined, rejection: { reason: 'InvalidSecretRef', message: 'x' } },
    'False/PodPending',
    /until the spec is accepted/,
  ],
  'no node has room': [
    'OriginReady',
    { origin: unscheduled('0/3 nodes are available: 3 Insufficient cpu.') },
    'False/Unschedulable',
    /0\/3 nodes .* Insufficient cpu\. Add nodes/,
  ],
  'no node has the port free': [
    'OriginReady',
    { origin: unscheduled("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports") },
    'False/NoFreePorts',
    /requested pod ports\. Other pods have UDP port 7000/,
  ],
  'an image that cannot be had': [
    'OriginReady',
    { origin: waiting('ImagePullBackOff', 'Back-off pulling image') },
    'False/ImagePullFailed',
    /cannot get image liveroom\.dev\/sfu:0\.1\.0: Back-off/,
  ],
  'a server that ends again and again': [
    'OriginReady',
    {
      origin: withStatus({
        containerStatuses: [
          {
            name: 'sfu',
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          },
        ],
      }),
    },
    'False/CrashLooping',
    /ended 4 times, last with exit code 137 \(OOMKilled\)\. See: kubectl -n events logs --previous/,
  ],
  'a server that ends again and again, and runs between': [
    'OriginReady',
    {
      room: storedRoom(
        {},
        {
          origin: { podName: 'keynote-origin-aaaaa', ready: false },
          conditions: [aCondition('OriginReady', 'False', 'CrashLooping')],
        },
      ),
      origin: withStatus({
        containerStatuses: [{ name: 'sfu', restartCount: 5, state: {}, lastState: { terminated: { exitCode: 1 } } }],
      }),
    },
    'False/CrashLooping',
    /ended 5 times, last with exit code 1\./,
  ],
  'the next pod after one that ended again and again': [
    'OriginReady',
    {
      room: storedRoom(
        {},
        {
          origin: { podName: 'keynote-origin-ooooo', ready: false },
          conditions: [aCondition('OriginReady', 'False', 'CrashLooping')],
        },
      ),
      origin: waiting('ContainerCreating'),
    },
    'False/PodPending',
    /is starting/,
  ],
  'an image that cannot be had, while the kubelet waits': [
    'OriginReady',
    { origin: waiting('ImagePullBackOff', 'Back-off pulling image "a/b:1": ErrImagePull: not found') },
    'False/ImagePullFailed',
    /cannot get image liveroom\.dev\/sfu:0\.1\.0: not found\. Check/,
  ],
  'a node without an address': [
    'OriginReady',
    { mediaAddress: undefined, node: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } } },
    'False/AddressUnknown',
    /Node node-1 tells neither/,
  ],
  'a node that the operator may not see': [
    'OriginReady',
    { mediaAddress: undefined, node: undefined },
    'False/AddressUnknown',
    /may not list and watch nodes.*rbac\.clusterScoped/,
  ],
  'a pod that starts': [
    'OriginReady',
    { origin: waiting('ContainerCreating') },
    'False/PodPending',
    /is starting on node node-1 \(ContainerCreating\)/,
  ],
  'a pod that the API server refused': [
    'OriginReady',
    { origin: undefined, refusal: { reason: 'QuotaExceeded', message: 'exceeded quota: pods' } },
    'False/QuotaExceeded',
    /exceeded quota/,
  ],
  'no ready pod behind the URLs': [
    'EndpointReady',
    { origin: aPod('keynote-origin-aaaaa', { isReady: false }) },
    'False/NoReadyPod',
    /answer nobody/,
  ],
  'a changed pod that is live': [
    'Progressing',
    { rollout: 'WaitingForIdle' },
    'False/WaitingForIdle',
    /as nobody publishes/,
  ],
  'a pod that is being brought up': [
    'Progressing',
    { origin: waiting('ContainerCreating') },
    'True/RollingOut',
    /brought up/,
  ],
  'no pod is brought up while the API server refuses it': [
    'Progressing',
    {
      origin: undefined,
      rollout: 'Replacing',
      refusal: { reason: 'PodInvalid', message: 'Invalid. Correct spec.pod.' },
    },
    'False/RolloutStuck',
    /^No pod can be made\. Invalid\. Correct spec\.pod\./,
  ],
  'no pod is brought up while the spec is refused': [
    'Progressing',
    { origin: undefined, rollout: 'Replacing', rejection: { reason: 'InvalidSecretRef', message: 'x' } },
    'False/NotAccepted',
    /until the spec is accepted/,
  ],
  'nothing to roll out': ['Progressing', {}, 'False/RolloutComplete', /as the spec says/],
  'the first failing part is the reason of Ready': [
    'Ready',
    { origin: undefined, rejection: { reason: 'NameConflict', message: 'Service events/keynote is taken.' } },
    'False/NameConflict',
    /is taken/,
  ],
};
for (const [name, [type, traits, verdict, message]] of Object.entries(table))
  test(`${name}: ${type} is ${verdict}`, () => {
    const [got, text] = says(type, traits);
    assert.equal(got, verdict);
    assert.match(text, message);
  });

test('a condition keeps its time while its status stays', () => {
  const was = { ...aCondition('OriginReady', 'False', 'Unschedulable'), lastTransitionTime: '2026-11-01T12:00:00Z' };
  const room = storedRoom({}, { conditions: [was] });
  const same = condition('OriginReady', { room, origin: waiting('ContainerCreating') });
  assert.equal(same.lastTransitionTime, '2026-11-01T12:00:00Z');
  assert.equal(condition('OriginReady', { room }).lastTransitionTime, '2026-11-01T14:00:00Z');
});

test('every condition has a reason from the list, and says which spec it is about', () => {
  for (const { type, reason, observedGeneration } of conditions(seen(), 15_000)) {
    const reasons: readonly string[] = conditionReasons[type as keyof typeof conditionReasons];
    assert.ok(reasons.includes(reason), `${type}: ${reason}`);
    assert.equal(observedGeneration, 3);
  }
});
