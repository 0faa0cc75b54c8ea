import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenBucket } from '#operator/cluster/queue/token-bucket.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A bucket whose clock is the test's, and whose callers note that they were let through. */
function aBucket(t: { mock: { timers: typeof import('node:test').mock.timers } }, perSecond: number, burst: number) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const passed: string[] = [];
  const bucket = tokenBucket({ perSecond, burst, now: Date.now });
  const call = (name: string, ...args: Parameters<typeof bucket.take>) =>
    bucket.take(...args).then(
      () => void passed.push(name),
      (reason: unknown) => void passed.push(`${name}: ${reason}`),
    );
  const tick = async (ms: number) => {
    await settled();
    t.mock.timers.tick(ms);
    await settled();
    return passed.splice(0);
  };
  return { bucket, call, tick };
}

test('after a rest a burst goes through at once, and then so many a second', async (t) => {
  const { bucket, call, tick } = aBucket(t, 10, 3);
  for (const name of ['a', 'b', 'c', 'd', 'e']) void call(name, 'Resync');
  assert.deepEqual(await tick(0), ['a', 'b', 'c']);
  assert.equal(bucket.waiting(), 2);
  assert.deepEqual(await tick(99), []);
  assert.deepEqual(await tick(1), ['d']);
  assert.deepEqual(await tick(100), ['e']);
  await tick(300);
  for (const name of ['f', 'g', 'h', 'i']) void call(name, 'Resync');
  assert.deepEqual(await tick(0), ['f', 'g', 'h']);
  assert.deepEqual(await tick(100), ['i']);
});

test('edits go before resyncs, and Events come last', async (t) => {
  const { call, tick } = aBucket(t, 10, 1);
  void call('first', 'Event');
  void call('event', 'Event');
  void call('resync', 'Resync');
  void call('edit', 'Edit');
  assert.deepEqual(await tick(0), ['first']);
  assert.deepEqual([...(await tick(100)), ...(await tick(100)), ...(await tick(100))], ['edit', 'resync', 'event']);
});

test('a caller who gives up takes nothing and holds up nobody', async (t) => {
  const { bucket, call, tick } = aBucket(t, 10, 1);
  const giveUp = new AbortController();
  void call('first', 'Edit');
  void call('impatient', 'Edit', giveUp.signal);
  void call('patient', 'Edit');
  assert.deepEqual(await tick(0), ['first']);
  giveUp.abort('enough');
  assert.deepEqual(await tick(50), ['impatient: enough']);
  assert.equal(bucket.waiting(), 1);
  assert.deepEqual(await tick(50), ['patient']);
  await assert.rejects(bucket.take('Edit', AbortSignal.abort(new Error('enough'))), /enough/);
  void call('next', 'Edit');
  assert.deepEqual(await tick(100), ['next']);
});
