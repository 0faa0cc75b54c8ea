import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Outcome, TooLong } from '#operator/cluster/queue/outcome.ts';
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

/** A queue with one worker, whose work ends when the test says so. Tells the keys whose work began, and how urgent it was. */
function oneByOne() {
  const begun: string[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const work = queue({
    workers: 1,
    backoffFirstMs: 5,
    random: () => 1,
    work(key, { urgency }) {
      begun.push(`${key} ${urgency}`);
      return new Promise((resolve) => ends.push(resolve));
    },
  });
  return {
    work,
    begun,
    async end(outcome: Outcome = { kind: 'done' }) {
      ends.shift()?.(outcome);
      await settled();
    },
  };
}
const throttled = { kind: 'backoff', atLeastMs: 60_000, isHeld: true } as const;

test('an edit that fails comes again as one, before what only lists have shown', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = oneByOne();
  work.add('edited');
  await settled();
  for (const key of ['b', 'c']) work.add(key, { urgency: 'Resync' });
  await end({ kind: 'backoff' });
  t.mock.timers.tick(5);
  for (let i = 0; i < 3; i++) await end();
  assert.deepEqual(begun, ['edited Edit', 'b Resync', 'edited Edit', 'c Resync']);
  await work.stop();
});

test('so it does if it comes sooner, for something that is no edit', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = oneByOne();
  work.add('edited');
  await settled();
  await end({ kind: 'backoff' });
  work.add('edited', { urgency: 'Resync' });
  await settled();
  await end({ kind: 'done', againInMs: 1_000 });
  t.mock.timers.tick(1_000);
  await settled();
  await end();
  assert.deepEqual(begun, ['edited Edit', 'edited Edit', 'edited Resync'], 'until it has succeeded');
  await work.stop();
});

test('what failed is looked at as soon as something happens to it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = oneByOne();
  work.add('a');
  await settled();
  await end({ kind: 'backoff', atLeastMs: 240_000 });
  work.add('a');
  await settled();
  await end();
  assert.deepEqual(begun, ['a Edit', 'a Edit']);
  await work.stop();
});

for (const when of ['afterwards', 'meanwhile'])
  test(`a key that the API server asked to leave alone is, though it is edited ${when}, and comes as an edit then`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { work, begun, end } = oneByOne();
    work.add('a', { urgency: 'Resync' });
    await settled();
    if (when === 'meanwhile') work.add('a');
    await end(throttled);
    if (when === 'afterwards') work.add('a');
    await settled();
    // Not to the end: how long the test has taken so far is off the rest.
    t.mock.timers.tick(30_000);
    await settled();
    assert.deepEqual(begun, ['a Resync']);
    work.add('b');
    await settled();
    await end();
    t.mock.timers.tick(30_000);
    await settled();
    assert.deepEqual(begun, ['a Resync', 'b Edit', 'a Edit']);
    await end();
    work.add('a');
    await settled();
    await end();
    assert.equal(begun.length, 4, 'that is over then');
    await work.stop();
  });
