import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from '#local/node/objects.ts';
import { type PodSeen, plan } from '#local/node/plan.ts';
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
