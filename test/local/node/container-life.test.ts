import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adopted, afterExit, afterRefusal, afterStart, notStarted, startAt } from '#local/node/container.ts';
import { ended } from './seen-pod.ts';

const second = 1000;
const now = 1_000 * second;

const failedJustNow = { exitCode: 1, finishedAt: now };

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
