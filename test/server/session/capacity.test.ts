import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacity, capacityLimits, type Newcomer } from '#server/session/capacity.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const limits = { pod: 10, room: 6, address: 4, forPublishers: 2 };

/** Whether it got a place: what is full has a name, and sessions have numbers. */
const isIn = (outcome: string) => /^\d+$/.test(outcome);

function scene() {
  const places = capacity(limits);
  let next = 0;
  const come = (who: Partial<Newcomer> = {}) => {
    const session = `${next++}`;
    const full = places.enter({ session, role: 'subscriber', room: 'a/a', addressKey: `at ${session}`, ...who });
    return full?.of ?? session;
  };
  const many = (count: number, who: Partial<Newcomer> = {}) => Array.from({ length: count }, () => come(who));
  return { ...places, come, many };
}

test('a room has places for so many subscribers, and its publisher needs none of them (C-29)', () => {
  const { come, many } = scene();
  assert.ok(isIn(come({ role: 'publisher' })));
  many(limits.room);
  assert.equal(come(), 'Room');
  assert.ok(isIn(come({ role: 'publisher' })));
  assert.ok(isIn(come({ room: 'a/b' })), 'another room has places of its own');
});

test('a pod has places for so many, and subscribers leave some to publishers (C-29)', () => {
  const { come, many, pending } = scene();
  assert.ok(isIn(come({ role: 'publisher' })));
  many(5);
  many(3, { room: 'a/b' });
  assert.equal(come({ room: 'a/c' }), 'Pod');
  assert.ok(isIn(come({ room: 'a/c', role: 'publisher' })));
  assert.equal(come({ room: 'a/d', role: 'publisher' }), 'Pod');
  assert.equal(pending(), limits.pod);
});

test('an address has places for so many, whatever it comes as (C-27)', () => {
  const { come, many } = scene();
  many(limits.address, { addressKey: '192.0.2.1' });
  for (const role of ['publisher', 'subscriber'] as const)
    assert.equal(come({ addressKey: '192.0.2.1', room: 'a/b', role }), 'Address');
  assert.notEqual(come({ addressKey: '192.0.2.2' }), 'Address');
});

test('a place is free again when its session has left, once', () => {
  const { come, many, left, pending } = scene();
  const [first = ''] = many(limits.room);
  left(first);
  left(first);
  left('nobody');
  assert.equal(pending(), limits.room - 1);
  assert.ok(isIn(come()));
  assert.equal(come(), 'Room');
});

test('those who are sent away come back one after the other, within 4 s', () => {
  const places = capacity({ ...limits, room: 0 });
  const who = { role: 'subscriber', room: 'a/a', addressKey: 'x' } as const;
  const waits = Array.from({ length: 8 }, (_, i) => places.enter({ ...who, session: `${i}` })?.retryAfterMs);
  assert.deepEqual(waits, [1000, 2000, 3000, 4000, 1000, 2000, 3000, 4000]);
});

/** How many have the key that most have. */
const most = (all: readonly Newcomer[], key: (one: Newcomer) => string) =>
  Math.max(0, ...Object.values(Object.groupBy(all, key)).map((group) => group?.length ?? 0));

test('whatever comes and goes, no limit is passed, and nothing is left in the end (C-29)', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const places = capacity(limits);
  const inside = new Map<string, Newcomer>();
  const pick = (count: number) => Math.floor(random() * count);
  for (let i = 0; i < 5000; i++) {
    const [some] = [...inside.keys()].slice(pick(inside.size));
    if (random() < 0.4 && some !== undefined) {
      inside.delete(some);
      places.left(some);
    }
    const role = random() < 0.2 ? 'publisher' : 'subscriber';
    const newcomer = { session: `${i}`, role, room: `a/${pick(3)}`, addressKey: `at ${pick(4)}` } as const;
    if (places.enter(newcomer) === undefined) inside.set(newcomer.session, newcomer);
    const all = [...inside.values()];
    assert.equal(places.pending(), all.length);
    assert.ok(all.length <= limits.pod);
    assert.ok(all.filter((one) => one.role === 'subscriber').length <= limits.pod - limits.forPublishers);
    assert.ok(most(all, ({ addressKey }) => addressKey) <= limits.address);
    assert.ok(
      most(
        all.filter((one) => one.role === 'subscriber'),
        ({ room }) => room,
      ) <= limits.room,
    );
  }
  for (const session of inside.keys()) places.left(session);
  assert.equal(places.pending(), 0);
  assert.deepEqual(places.enter({ session: 'x', role: 'subscriber', room: 'a/0', addressKey: 'at 0' }), undefined);
});

test('an office of 200 that joins at once finds places, and so do two of them in one room', () => {
  const places = capacity(capacityLimits);
  for (let i = 0; i < 400; i++) {
    const newcomer = { session: `${i}`, role: 'subscriber', room: 'a/a', addressKey: `office ${i % 2}` } as const;
    assert.equal(places.enter(newcomer), undefined);
  }
});
