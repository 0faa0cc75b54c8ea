import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Outcome } from '#operator/cluster/queue/outcome.ts';
import { type Queue, type QueueOptions, queue } from '#operator/cluster/queue/queue.ts';
import { eventually } from '#test/harness/eventually.ts';

let made: Queue | undefined;
const ends: ((outcome: Outcome) => void)[] = [];
afterEach(() => {
  const stopped = made?.stop();
  for (const end of ends.splice(0)) end({ kind: 'done' });
  return stopped;
});

/** A queue whose work ends when the test says so. */
function held(options: Partial<QueueOptions> = {}) {
  const begun: string[] = [];
  made = queue({
    random: () => 1,
    backoffFirstMs: 5,
    backoffMaxMs: 20,
    work: (key) => {
      begun.push(key);
      return new Promise((resolve) => ends.push(resolve));
    },
    ...options,
  });
  return { work: made, begun, end: (outcome: Outcome = { kind: 'done' }) => ends.shift()?.(outcome) };
}

/** Work has ended, and the next has begun: each takes a turn of the event loop. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await setImmediate();
}

test('a key that waits is worked on once, however often it is added', async () => {
  const { work, begun } = held({ workers: 1 });
  for (const key of ['first', 'a', 'a', 'b', 'a']) work.add(key);
  await settled();
  assert.deepEqual(begun, ['first']);
  assert.deepEqual(work.seen().waiting, { Edit: 2, Resync: 0 });
});

test('keys are worked on in the order in which they came', async () => {
  const { work, begun, end } = held({ workers: 1 });
  for (const key of ['a', 'b', 'c']) work.add(key);
  for (let i = 0; i < 3; i++) {
    await settled();
    end();
  }
  await eventually('all', () => begun.length === 3);
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('a key is never worked on twice at a time, and once more if it was added meanwhile', async () => {
  const { work, begun, end } = held();
  work.add('a');
  await settled();
  work.add('a');
  work.add('a');
  await settled();
  assert.deepEqual(begun, ['a']);
  end();
  await eventually('the second time', () => begun.length === 2);
  end();
  await settled();
  assert.deepEqual(work.seen().workMs, []);
  assert.deepEqual(begun, ['a', 'a']);
});

test('no more keys are worked on than there are workers', async () => {
  const { work, begun, end } = held({ workers: 2 });
  for (const key of ['a', 'b', 'c']) work.add(key);
  await settled();
  assert.deepEqual(begun, ['a', 'b']);
  end();
  await eventually('the third', () => begun.length === 3);
});

test('work that fails is tried again, and the error is told', async () => {
  const errors: unknown[] = [];
  let attempts = 0;
  made = queue({
    backoffFirstMs: 1,
    onError: (key, error) => errors.push([key, error]),
    work: async () => {
      attempts++;
      if (attempts === 1) throw new Error('no');
      return { kind: 'done' };
    },
  });
  made.add('a');
  await eventually('the second attempt', () => attempts === 2);
  assert.deepEqual(errors, [['a', new Error('no')]]);
});

test('a key comes again by itself when its work says so, and the earliest time wins', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun } = held();
  work.add('a', { afterMs: 60_000 });
  work.add('a', { afterMs: 10 });
  work.add('a', { afterMs: 30_000 });
  t.mock.timers.tick(10);
  await settled();
  assert.deepEqual(begun, ['a']);
});

test('a key whose work begins before its time does not come again for that', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = held();
  work.add('a', { afterMs: 300 });
  work.add('a');
  await settled();
  end();
  t.mock.timers.tick(300);
  await settled();
  assert.deepEqual(begun, ['a']);
});

test('the back-off of one key does not hold up another, and triples', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = held();
  work.add('a');
  await settled();
  end({ kind: 'backoff' });
  await settled();
  work.add('b');
  await settled();
  assert.deepEqual(begun, ['a', 'b']);
  end();
  t.mock.timers.tick(5);
  await settled();
  end({ kind: 'backoff' });
  await settled();
  t.mock.timers.tick(14);
  await settled();
  assert.deepEqual(begun, ['a', 'b', 'a']);
  t.mock.timers.tick(1);
  await settled();
  assert.deepEqual(begun, ['a', 'b', 'a', 'a']);
});

test('stop lets the work under way end, and begins nothing more', async () => {
  const { work, begun, end } = held({ workers: 1 });
  work.add('a');
  work.add('b');
  await settled();
  const stopped = work.stop();
  work.add('c');
  end({ kind: 'done', againInMs: 1 });
  await stopped;
  assert.deepEqual(begun, ['a']);
});

test('it counts what was added and what was tried again, and tells how long keys wait and work takes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: [what: string, ms: number][] = [];
  const meter = {
    waited: (ms: number) => told.push(['waited', ms]),
    worked: (ms: number) => told.push(['worked', ms]),
  };
  const { work, end } = held({ workers: 1, meter });
  for (const key of ['a', 'b', 'b']) work.add(key);
  await settled();
  const { workMs, ...seen } = work.seen();
  assert.deepEqual(seen, { adds: 2, retries: 0, waiting: { Edit: 1, Resync: 0 } });
  assert.equal(workMs.length, 1);
  end({ kind: 'backoff' });
  await settled();
  t.mock.timers.tick(5);
  await settled();
  assert.deepEqual(work.seen().retries, 1);
  assert.equal(work.seen().adds, 3, 'what is tried again is added again');
  assert.deepEqual(
    told.map(([what]) => what),
    ['waited', 'worked', 'waited'],
  );
  assert.ok(told.every(([, ms]) => ms >= 0));
});

test('an edit goes before all that only lists have shown, whichever came first', async () => {
  const { work, begun, end } = held({ workers: 1 });
  for (const key of ['first', 'b', 'c', 'd']) work.add(key, { urgency: 'Resync' });
  work.add('edited');
  work.add('c');
  for (let i = 0; i < 5; i++) {
    await settled();
    end();
  }
  await eventually('all', () => begun.length === 5);
  assert.deepEqual(begun, ['first', 'edited', 'c', 'b', 'd']);
});

test('an edit that is heard of amid work that waits for nothing goes before the rest of it', async () => {
  const begun: string[] = [];
  made = queue({
    work: async (key) => {
      begun.push(key);
      return { kind: 'done' };
    },
  });
  const found = Array.from({ length: 1000 }, (_, i) => `found-${i}`);
  for (const key of found) made.add(key, { urgency: 'Resync' });
  await settled();
  made.add('edited');
  await eventually('all', () => begun.length === 1001);
  const at = begun.indexOf('edited');
  assert.ok(at < 100, `after ${at} others`);
});

test('a key that comes again by the clock gives way to edits, and one edited while it is worked on does not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = held({ workers: 1 });
  work.add('busy');
  await settled();
  work.add('late', { afterMs: 10 });
  t.mock.timers.tick(10);
  work.add('busy', { urgency: 'Resync' });
  work.add('busy', { urgency: 'Edit' });
  assert.deepEqual(work.seen().waiting, { Edit: 0, Resync: 1 });
  for (let i = 0; i < 3; i++) {
    end();
    await settled();
  }
  assert.deepEqual(begun, ['busy', 'busy', 'late']);
});

test('what fails because things have changed under it is tried again at once, but only once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { work, begun, end } = held();
  work.add('a');
  await settled();
  end({ kind: 'again' });
  await settled();
  assert.deepEqual(begun, ['a', 'a']);
  end({ kind: 'again' });
  await settled();
  assert.deepEqual(begun, ['a', 'a']);
  t.mock.timers.tick(15);
  await settled();
  assert.deepEqual(begun, ['a', 'a', 'a']);
});
