import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod, PodCondition } from '#local/node/objects.ts';
import type { PodSeen } from '#local/node/plan.ts';
import { podPhase, podStatus } from '#local/node/pod-status.ts';
import { terminationMessage } from '#local/node/termination-message.ts';
import { aContainer, ended, running, seen, seenPod } from './seen-pod.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const two = { containers: [aContainer('main'), aContainer('side')] };
const never = { restartPolicy: 'Never', ...two };

const phases: readonly (readonly [string, Pod, PodSeen, string])[] = [
  ['before anything runs', seenPod(two), seen({}), 'Pending'],
  ['while one container has never run', seenPod(two), seen({ main: running() }), 'Pending'],
  ['while all run', seenPod(two), seen({ main: running(), side: running() }), 'Running'],
  ['while a container waits for its restart', seenPod(), seen({ main: ended({ exitCode: 1 }) }), 'Running'],
  ['when all succeeded for good', seenPod(never), seen({ main: ended(), side: ended() }), 'Succeeded'],
  ['when one failed for good', seenPod(never), seen({ main: ended(), side: ended({ exitCode: 1 }) }), 'Failed'],
  [
    'when one failed but another runs',
    seenPod(never),
    seen({ main: ended({ exitCode: 1 }), side: running() }),
    'Running',
  ],
  ['while it is being deleted and runs', seenPod(), seen({ main: running() }, { killAt: now }), 'Running'],
  ['deleted, after a clean exit', seenPod(), seen({ main: ended() }, { killAt: now }), 'Succeeded'],
  ['deleted, after it was killed', seenPod(), seen({ main: ended({ exitCode: 137 }) }, { killAt: now }), 'Failed'],
];

describe('the phase of a pod', () => {
  for (const [when, pod, found, phase] of phases)
    test(`${when} is ${phase}`, () => assert.equal(podPhase(pod, found), phase));
});

const statusOf = (pod: Pod, found: PodSeen, before: PodCondition[] = [], at = now) =>
  podStatus({ pod, seen: found, before, startTime: '2026-01-01T00:00:00Z', now: at });
const conditionsOf = (pod: Pod, found: PodSeen) =>
  (statusOf(pod, found).conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`.trim());

describe('the conditions of a pod', () => {
  test('all True when it is ready', () => {
    const expected = ['PodReadyToStartContainers=True', 'Initialized=True', 'ContainersReady=True', 'Ready=True'];
    assert.deepEqual(conditionsOf(seenPod(), seen({ main: running() })), expected);
    assert.deepEqual(
      conditionsOf(seenPod(), seen({ main: running() }, { killAt: now })),
      expected,
      'also while it ends',
    );
  });

  test('say which containers are not ready', () => {
    const status = statusOf(seenPod(two), seen({ main: running(), side: running({ ready: false }) }));
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    assert.deepEqual([ready?.status, ready?.reason], ['False', 'ContainersNotReady']);
    assert.equal(ready?.message, 'containers with unready status: [side]');
  });

  test('Initialized waits for the init containers', () => {
    const pod = seenPod({ initContainers: [aContainer('init')] });
    assert.ok(conditionsOf(pod, seen({ init: running() })).includes('Initialized=False ContainersNotInitialized'));
    assert.ok(conditionsOf(pod, seen({ init: ended() })).includes('Initialized=True'));
  });

  test('Ready waits for readiness gates, ContainersReady does not', () => {
    const gated = seenPod({ readinessGates: [{ conditionType: 'example.com/gate' }] });
    const found = conditionsOf(gated, seen({ main: running() }));
    assert.ok(found.includes('ContainersReady=True'));
    assert.ok(found.includes('Ready=False ReadinessGatesNotReady'));
    const open = { ...gated, status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } };
    assert.ok(conditionsOf(open, seen({ main: running() })).includes('Ready=True'));
  });

  test('keep their transition time until they change', () => {
    const timeOfReady = (status: ReturnType<typeof statusOf>) =>
      status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    const first = statusOf(seenPod(), seen({ main: running() }));
    const later = statusOf(seenPod(), seen({ main: running() }), first.conditions, now + 60_000);
    assert.equal(timeOfReady(later), '2026-01-01T00:10:00Z');
    const changed = statusOf(seenPod(), seen({ main: running({ ready: false }) }), later.conditions, now + 60_000);
    assert.equal(timeOfReady(changed), '2026-01-01T00:11:00Z');
  });
});

const mainOf = (pod: Pod, found: PodSeen) => statusOf(pod, found).containerStatuses?.[0];

describe('the status of a container', () => {
  test('before it ran: what it waits for', () => {
    assert.deepEqual(mainOf(seenPod(), seen({}))?.state, { waiting: { reason: 'ContainerCreating' } });
    const withInit = seenPod({ initContainers: [aContainer('init')] });
    assert.deepEqual(mainOf(withInit, seen({}))?.state, { waiting: { reason: 'PodInitializing' } });
    const obstacle = { reason: 'ContainerCreating', message: 'configmap "x" not found' };
    const status = podStatus({ pod: seenPod(), seen: seen({}), before: [], startTime: '', now, obstacle });
    assert.deepEqual(status.containerStatuses?.[0]?.state, { waiting: obstacle });
  });

  test('in back-off it waits, and its end is the last state', () => {
    const backOff = { delayMs: 20_000, raisedAt: now - 60_000 };
    const crashed = ended({ exitCode: 1, reason: 'Error', finishedAt: now - 1_000 }, { backOff, restarts: 2 });
    const status = mainOf(seenPod(), seen({ main: crashed }));
    assert.equal(status?.state?.waiting?.reason, 'CrashLoopBackOff');
    assert.equal(status?.state?.waiting?.message, 'back-off 20s restarting failed container=main pod=pod_space(uid-1)');
    assert.equal(status?.lastState?.terminated?.exitCode, 1);
    assert.equal(status?.restartCount, 2);
  });

  test('of a deleted pod it is terminated, back-off or not', () => {
    const backOff = { delayMs: 20_000, raisedAt: now };
    const crashed = ended({ exitCode: 1, message: 'why', finishedAt: now }, { backOff });
    const terminated = mainOf(seenPod(), seen({ main: crashed }, { killAt: now }))?.state?.terminated;
    assert.deepEqual([terminated?.exitCode, terminated?.message], [1, 'why']);
  });
});

describe('the termination message', () => {
  const container = aContainer('main', { terminationMessagePolicy: 'FallbackToLogsOnError' });
  const lines = Array.from({ length: 100 }, (_, index) => `2026-01-01T00:00:00Z line ${index}`);
  const messageOf = (file: string, exitCode: number, of = container) =>
    terminationMessage(of, { exitCode, file: Buffer.from(file), log: () => lines });

  test('is the file', () => assert.equal(messageOf('said', 1), 'said'));
  test('is cut at 4096 bytes', () => assert.equal(messageOf('x'.repeat(5000), 0).length, 4096));
  test('of a failure without a file it is the last 80 lines of the log', () => {
    const found = messageOf('', 1).split('\n');
    assert.deepEqual([found.length, found[0], found.at(-1)], [80, 'line 20', 'line 99']);
  });
  test('of a success without a file it is empty', () => assert.equal(messageOf('', 0), ''));
  test('without the policy the log is not used', () => assert.equal(messageOf('', 1, aContainer('main')), ''));
});
