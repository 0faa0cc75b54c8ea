import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitPublisher,
  admitSubscriber,
  emptyRoom,
  graceEndsAtMs,
  type Room,
  withConnected,
  without,
  withPublisher,
  withSubscriber,
} from '#server/room/room.ts';
import { settingsOf } from '../settings-of.ts';

const { publish: rejecting, play: unlimited } = settingsOf('keynote');
const takingOver = { ...rejecting, onConflict: 'TakeOver' } as const;
const published = () => withPublisher(emptyRoom(), 'first', 1000);
const twoSubscribers = () => withSubscriber(withSubscriber(published(), 'a', 1000), 'b', 1000);

const admitted = (room: Room, rules: typeof rejecting, nowMs: number, silentForMs?: number) => {
  const admission = admitPublisher(room, rules, { nowMs, silentForMs });
  return 'refusal' in admission ? admission.refusal.reason : admission;
};

const publishers: Readonly<Record<string, [actual: unknown, expected: unknown]>> = {
  'an empty room takes any publisher': [admitted(emptyRoom(), rejecting, 0), {}],
  'a second publisher is refused while the first sends': [
    admitted(published(), rejecting, 9000, 20),
    'PublisherExists',
  ],
  'a publisher that was silent for 1999 ms is not replaced': [
    admitted(published(), rejecting, 9000, 1999),
    'PublisherExists',
  ],
  'a publisher that was silent for 2 s is replaced': [
    admitted(published(), rejecting, 9000, 2000),
    { replaces: 'first' },
  ],
  'a publisher that never sent counts as silent since it came': [
    admitted(published(), rejecting, 3000),
    { replaces: 'first' },
  ],
  'a publisher that came a moment ago is not silent yet': [admitted(published(), rejecting, 2000), 'PublisherExists'],
  'TakeOver replaces a publisher that sends': [admitted(published(), takingOver, 9000, 0), { replaces: 'first' }],
};
for (const [name, [actual, expected]] of Object.entries(publishers))
  test(name, () => assert.deepEqual(actual, expected));

const limit = (maxSubscribers: number) => ({ ...unlimited, maxSubscribers });
const subscribers: Readonly<Record<string, [actual: unknown, expected: unknown]>> = {
  'nobody can watch before somebody publishes': [admitSubscriber(emptyRoom(), unlimited)?.reason, 'NoPublisher'],
  'who comes too early is told when to try again': [admitSubscriber(emptyRoom(), unlimited)?.retryAfterMs, 2000],
  'zero is no limit': [admitSubscriber(twoSubscribers(), limit(0)), undefined],
  'the last place is given': [admitSubscriber(twoSubscribers(), limit(3)), undefined],
  'a full room refuses, and those whose handshake is under way hold their places': [
    admitSubscriber(twoSubscribers(), limit(2))?.reason,
    'RoomFull',
  ],
  'a limit lowered below the number of those who watch admits nobody': [
    admitSubscriber(twoSubscribers(), limit(1))?.reason,
    'RoomFull',
  ],
  'who leaves makes room': [admitSubscriber(without(twoSubscribers(), 'a', 2000, 'Lost'), limit(2)), undefined],
  'while the publisher is away nobody new comes in': [
    admitSubscriber(without(twoSubscribers(), 'first', 2000, 'Lost'), limit(0))?.reason,
    'NoPublisher',
  ],
};
for (const [name, [actual, expected]] of Object.entries(subscribers))
  test(name, () => assert.deepEqual(actual, expected));

test('subscribers are kept for the grace after their publisher left', () => {
  assert.equal(graceEndsAtMs(without(twoSubscribers(), 'first', 5000, 'Lost'), rejecting), 20_000);
});

test('there is no grace to wait for without subscribers, with a publisher, or before the first', () => {
  assert.equal(graceEndsAtMs(without(published(), 'first', 5000, 'Lost'), rejecting), undefined);
  assert.equal(graceEndsAtMs(twoSubscribers(), rejecting), undefined);
  assert.equal(graceEndsAtMs(emptyRoom(), rejecting), undefined);
  assert.equal(
    graceEndsAtMs(withPublisher(without(twoSubscribers(), 'first', 5000, 'Lost'), 'next', 6000), rejecting),
    undefined,
  );
});

test('members are connected one by one, and strangers are not', () => {
  const room = withConnected(withConnected(withConnected(twoSubscribers(), 'first'), 'b'), 'stranger');
  assert.equal(room.publisher?.isConnected, true);
  assert.deepEqual(
    room.subscribers
      .values()
      .map(({ id, isConnected }) => [id, isConnected])
      .toArray(),
    [
      ['a', false],
      ['b', true],
    ],
  );
});

test('a subscriber that leaves twice, or never was, changes nothing', () => {
  const once = () => without(twoSubscribers(), 'a', 2000, 'Lost');
  assert.deepEqual(without(once(), 'a', 3000, 'Lost'), once());
});

const endedAt = ({ publisherEndedAtMs }: Room) => publisherEndedAtMs;
const connected = () => withConnected(published(), 'first');

test('a room knows when its last publisher ended its session, and not when that went without a word', () => {
  assert.equal(endedAt(connected()), undefined);
  assert.equal(endedAt(without(connected(), 'first', 5000, 'Goodbye')), 5000);
  assert.equal(endedAt(without(connected(), 'first', 5000, 'Lost')), undefined);
  const later = withConnected(withPublisher(without(connected(), 'first', 5000, 'Goodbye'), 'next', 6000), 'next');
  assert.equal(endedAt(without(later, 'next', 7000, 'Lost')), undefined);
});

test('who comes as the publisher and never connects is no last one, however it goes', () => {
  assert.equal(endedAt(without(published(), 'first', 5000, 'Goodbye')), undefined);
  const tried = withPublisher(without(connected(), 'first', 5000, 'Goodbye'), 'next', 6000);
  assert.equal(endedAt(without(tried, 'next', 7000, 'Lost')), 5000);
});

test('subscribers of a publisher that has ended its session are kept like any others', () => {
  const left = without(withConnected(twoSubscribers(), 'first'), 'first', 5000, 'Goodbye');
  assert.equal(graceEndsAtMs(left, rejecting), 20_000);
});
