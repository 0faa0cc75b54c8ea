import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { TooLong } from '#operator/cluster/queue/outcome.ts';
import { queue } from '#operator/cluster/queue/queue.ts';

/** Work has ended, and the next has begun: each takes a turn of the event loop. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await setImmediate();
}

test('work that takes too long is told to end, and tried again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const errors: unknown[] = [];
  const signals: AbortSignal[] = [];
  const made = queue({
    timeoutMs: 1_000,
    onError: (_key, error) => errors.push(error),
    work: (_key, { signal }) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  made.add('a');
  await settled();
  t.mock.timers.tick(1_000);
  await settled();
  assert.deepEqual(errors, [new TooLong(1_000)]);
  t.mock.timers.tick(100);
  await settled();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  );
  const stopped = made.stop(0);
  t.mock.timers.tick(0);
  await stopped;
});

test('a key that goes on failing costs a try every minute or two', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let tries = 0;
  const made = queue({
    work: async () => {
      tries++;
      return { kind: 'backoff' };
    },
  });
  made.add('a');
  for (let second = 0; second < 600; second++) {
    t.mock.timers.tick(1_000);
    await settled();
    if (second === 59) assert.ok(tries <= 10, `${tries} tries in the first minute`);
  }
  assert.ok(tries >= 9 && tries <= 20, `${tries} tries in ten minutes`);
  await made.stop();
});
