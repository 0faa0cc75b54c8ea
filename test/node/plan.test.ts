import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { raised, restartAt } from '#local/node/back-off.ts';
import { adopted, afterExit, afterRefusal, afterStart, notStarted, startAt } from '#local/node/container.ts';
import { deletion } from '#local/node/deletion.ts';
import type { Pod } from '#local/node/objects.ts';
import { type PodSeen, plan } from '#local/node/plan.ts';
import { firstProbeState, probeState } from '#local/node/probe-state.ts';
import { aContainer, ended, running, seen, seenPod } from './seen-pod.ts';

const second = 1000;
const now = 1_000 * second;

/** A plan in words: `start main, kill side; again in 5 s`. */
function words(pod: Pod, found: PodSeen): string {
  const { actions, againAt } = plan(pod, found, now);
  const said = actions.map((action) =>
    'container' in action ? `${action.kind} ${action.container.name}` : action.kind,
  );
  const again = Number.isFinite(againAt) && againAt > now ? `; again in ${(againAt - now) / second} s` : '';
  return `${said.join(', ') || 'nothing'}${again}`;
}

const two = { containers: [aContainer('main'), aContainer('side')] };
const withInit = { initContainers: [aContainer('first'), aContainer('second')] };
const failedJustNow = { exitCode: 1, finishedAt: now };
const inTenSeconds = { delayMs: 10 * second, raisedAt: now - 20 * second };

const plans: readonly (readonly [string, Pod, PodSeen, string])[] = [
  ['a new pod is prepared', seenPod(), seen({}, { isPrepared: false }), 'prepare'],
  [
    'a pod that could not be prepared waits for its next try',
    seenPod(),
    seen({}, { isPrepared: false, prepareAt: now + 2 * second }),
    'nothing; again in 2 s',
  ],
  ['a prepared pod starts all containers', seenPod(two), seen({}), 'start main, start side'],
  ['init containers come first, one at a time', seenPod(withInit), seen({}), 'start first'],
  ['the next init container follows a success', seenPod(withInit), seen({ first: ended() }), 'start second'],
  ['while an init container runs nothing else does', seenPod(withInit), seen({ first: running() }), 'nothing'],
  [
    'a failed init container is run again under restartPolicy Always',
    seenPod(withInit),
    seen({ first: ended({ exitCode: 1 }) }),
    'start first',
  ],
  [
    'after the init containers the others start',
    seenPod(withInit),
    seen({ first: ended(), second: ended() }),
    'start main',
  ],
  ['what runs is left alone', seenPod(two), seen({ main: running(), side: running() }), 'nothing'],
  ['the first restart comes at once', seenPod(), seen({ main: ended(failedJustNow) }), 'start main'],
  [
    'a later restart waits for the back-off, counted from the end',
    seenPod(),
    seen({ main: ended({ exitCode: 1, finishedAt: now - 4 * second }, { backOff: inTenSeconds }) }),
    'nothing; again in 6 s',
  ],
  ['restartPolicy Always restarts a success too', seenPod(), seen({ main: ended() }), 'start main'],
  ['OnFailure leaves a success', seenPod({ restartPolicy: 'OnFailure' }), seen({ main: ended() }), 'release'],
  [
    'OnFailure restarts a failure',
    seenPod({ restartPolicy: 'OnFailure' }),
    seen({ main: ended(failedJustNow) }),
    'start main',
  ],
  ['Never leaves a failure', seenPod({ restartPolicy: 'Never' }), seen({ main: ended(failedJustNow) }), 'release'],
  [
    'a pod is not over while one of its containers runs',
    seenPod({ restartPolicy: 'Never', ...two }),
    seen({ main: ended(failedJustNow), side: running() }),
    'nothing',
  ],
  [
    'a failed init container under Never ends the pod',
    seenPod({ restartPolicy: 'Never', ...withInit }),
    seen({ first: ended(failedJustNow) }),
    'release',
  ],
  ['volumes are refreshed when it is time', seenPod(), seen({ main: running() }, { refreshAt: now }), 'refresh'],
  [
    'an unhealthy container is stopped',
    seenPod(),
    seen({ main: running({ unhealthy: { probe: 'liveness', graceMs: 3 * second } }) }),
    'stop main; again in 3 s',
  ],
  [
    'one that is being stopped gets its time',
    seenPod(),
    seen({ main: running({ unhealthy: { probe: 'liveness', graceMs: 1 }, killAt: now + second }) }),
    'nothing; again in 1 s',
  ],
  ['and is killed after it', seenPod(), seen({ main: running({ killAt: now }) }), 'kill main'],
  [
    'a deleted pod is stopped',
    seenPod(two),
    seen({ main: running(), side: running() }, { killAt: now + 30 * second }),
    'stop main, stop side; again in 30 s',
  ],
  [
    'a shortened grace period is passed on',
    seenPod(),
    seen({ main: running({ killAt: now + 30 * second }) }, { killAt: now + second }),
    'stop main; again in 1 s',
  ],
  [
    'a deleted pod’s containers are not restarted',
    seenPod(two),
    seen({ main: ended(failedJustNow), side: running({ killAt: now + second }) }, { killAt: now + second }),
    'nothing; again in 1 s',
  ],
  ['the deletion is confirmed when nothing runs', seenPod(), seen({ main: ended() }, { killAt: now }), 'finish'],
  ['also of a pod that never started', seenPod(), seen({}, { isPrepared: false, killAt: now }), 'finish'],
  ['a pod that was over before is left so', seenPod(), seen({ main: ended() }, { wasOver: true }), 'release'],
];

describe('the plan for a pod', () => {
  for (const [sentence, pod, found, expected] of plans) {
    test(`${sentence}: ${expected}`, () => assert.equal(words(pod, found), expected));
  }
});

describe('back-off', () => {
  test('doubles from 10 s to 5 min', () => {
    let backOff = raised(undefined, 0, 0);
    const delays = [backOff.delayMs];
    for (let restart = 1; restart < 8; restart++) {
      const finishedAt = backOff.raisedAt + second;
      backOff = raised(backOff, finishedAt, restartAt(backOff, finishedAt));
      delays.push(backOff.delayMs);
    }
    assert.deepEqual(
      delays.map((ms) => ms / second),
      [10, 20, 40, 80, 160, 300, 300, 300],
    );
  });

  test('begins anew after more than 10 minutes since the last restart', () => {
    const long = { delayMs: 300 * second, raisedAt: 0 };
    assert.equal(restartAt(long, 600 * second), 900 * second);
    assert.equal(restartAt(long, 600 * second + 1), 600 * second + 1);
    assert.equal(raised(long, 601 * second, 601 * second).delayMs, 10 * second);
  });
});

describe('the life of a container', () => {
  const plain = { startup: false, readiness: false };

  test('without probes it has started and is ready at once; with them neither', () => {
    const { state } = afterStart(notStarted, now, plain);
    assert.deepEqual(state, { kind: 'running', startedAt: now, started: true, ready: true });
    const probed = afterStart(notStarted, now, { startup: true, readiness: false }).state;
    assert.deepEqual(probed, { kind: 'running', startedAt: now, started: false, ready: false });
  });

  test('a restart is counted, remembers the end before, and raises the back-off', () => {
    const crashed = afterExit(afterStart(notStarted, now, plain), { exitCode: 2, message: 'm' }, now + second);
    const again = afterStart(crashed, now + 2 * second, plain);
    assert.equal(again.restarts, 1);
    assert.equal(again.previous?.exitCode, 2);
    assert.equal(again.previous?.finishedAt, now + second);
    assert.deepEqual(again.backOff, { delayMs: 10 * second, raisedAt: now + 2 * second });
  });

  test('a restart that was refused waits until its retry, and still counts once', () => {
    const refused = afterRefusal(ended(failedJustNow), { reason: 'ErrImagePull', message: '' }, now + second);
    assert.equal(startAt(refused, 'Always'), now + second);
    const again = afterStart(refused, now + second, plain);
    assert.deepEqual([again.restarts, again.previous?.exitCode], [1, 1]);
  });

  test('a node that starts anew knows running containers as lost, and those that ended as they ended', () => {
    const base = { name: 'main', image: 'i', imageID: '', ready: true, restartCount: 4 };
    const lost = adopted({ ...base, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }, now);
    assert.equal(lost.restarts, 4);
    assert.deepEqual(lost.state.kind === 'ended' && [lost.state.exitCode, lost.state.reason], [
      137,
      'ContainerStatusUnknown',
    ]);
    const done = adopted({ ...base, state: { terminated: { exitCode: 0, reason: 'Completed' } } }, now);
    assert.equal(done.state.kind === 'ended' && done.state.exitCode, 0);
    assert.equal(adopted(undefined, now).state.kind, 'waiting');
  });
});

describe('probes', () => {
  const after = (kind: 'startup' | 'liveness' | 'readiness', results: string) =>
    [...results].reduce(
      (state, result) => probeState(state, result === '+', { failureThreshold: 3, successThreshold: 2 }),
      firstProbeState(kind),
    ).verdict;
  for (const [kind, results, verdict] of [
    ['liveness', '', 'success'],
    ['liveness', '--', 'success'],
    ['liveness', '---', 'failure'],
    ['liveness', '--+--', 'success'],
    ['readiness', '', 'failure'],
    ['readiness', '+', 'failure'],
    ['readiness', '++', 'success'],
    ['readiness', '++-', 'success'],
    ['readiness', '++---', 'failure'],
    ['startup', '--', 'unknown'],
    ['startup', '--++', 'success'],
    ['startup', '---', 'failure'],
  ] as const) {
    test(`${kind} after ${results || 'nothing'} is ${verdict}`, () => assert.equal(after(kind, results), verdict));
  }
});

describe('deletion', () => {
  const deletedWith = (seconds: number) =>
    seenPod({}, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: seconds });

  test('a pod that is not deleted has none', () => assert.equal(deletion(seenPod(), undefined, now), undefined));

  test('its grace period counts from when it was seen, can be shortened, and never lengthened', () => {
    const first = deletion(deletedWith(30), undefined, now);
    assert.equal(first?.killAt, now + 30 * second);
    assert.deepEqual(deletion(deletedWith(30), first, now + 5 * second), first);
    assert.equal(deletion(deletedWith(2), first, now + 5 * second)?.killAt, now + 7 * second);
    assert.equal(deletion(deletedWith(28), first, now + 20 * second)?.killAt, now + 30 * second);
    assert.deepEqual(deletion(deletedWith(60), first, now), first);
  });
});
