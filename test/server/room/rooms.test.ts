import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '#server/room/refusal.ts';
import { rooms } from '#server/room/rooms.ts';
import { fakeClock } from '../fake-clock.ts';
import { settingsOf } from '../settings-of.ts';

const id = 'events/keynote';

function setUp(settings = [settingsOf('keynote')]) {
  const clock = fakeClock();
  const ended: string[] = [];
  const all = rooms(clock, (session, reason) => ended.push(`${session} ${reason}`));
  all.configure(settings);
  const seen = () => {
    const { publisher, subscribers } = all.get(id).room;
    return [publisher?.id, ...subscribers.keys()];
  };
  return { clock, ended, all, seen };
}

const refuses = (reason: string, act: () => void) =>
  assert.throws(act, (error: unknown) => error instanceof Refused && error.refusal.reason === reason);

test('a second publisher is refused and nothing of it is left', () => {
  const { all, ended, seen } = setUp();
  all.publish(id, 'first', undefined);
  refuses('PublisherExists', () => all.publish(id, 'second', 10));
  assert.deepEqual([seen(), ended], [['first'], []]);
});

test('a silent publisher is ended before the next one comes in, and subscribers stay', () => {
  const { all, ended, seen } = setUp();
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'viewer');
  all.publish(id, 'second', 2000);
  assert.deepEqual([seen(), ended], [['second', 'viewer'], ['first Replaced']]);
});

test('subscribers carry on when a publisher returns within the grace', () => {
  const { all, clock, ended, seen } = setUp();
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'viewer');
  all.leave(id, 'first', 'Lost');
  clock.advance(14_999);
  all.publish(id, 'again', undefined);
  clock.advance(60_000);
  assert.deepEqual([seen(), ended, clock.pending()], [['again', 'viewer'], [], 0]);
});

test('subscribers are ended when the grace is over', () => {
  const { all, clock, ended, seen } = setUp();
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'a');
  all.subscribe(id, 'b');
  all.leave(id, 'first', 'Lost');
  clock.advance(15_000);
  assert.deepEqual([seen(), ended, clock.pending()], [[undefined], ['a PublisherGone', 'b PublisherGone'], 0]);
});

test('while the pod drains, subscribers are ended as soon as their publisher has left', () => {
  const { all, clock, ended } = setUp([settingsOf('keynote'), settingsOf('lobby')]);
  for (const room of [id, 'events/lobby']) {
    all.publish(room, `publisher of ${room}`, undefined);
    all.subscribe(room, `viewer of ${room}`);
  }
  all.leave(id, `publisher of ${id}`, 'Lost');
  clock.advance(1000);
  assert.deepEqual(ended, []);
  all.drain();
  clock.advance(0);
  assert.deepEqual(ended, [`viewer of ${id} PublisherGone`], 'its publisher had left before');
  all.leave('events/lobby', 'publisher of events/lobby', 'Lost');
  clock.advance(0);
  assert.deepEqual(ended.slice(1), ['viewer of events/lobby PublisherGone']);
  assert.equal(clock.pending(), 0);
});

test('the last subscriber that leaves takes the timer of the grace along', () => {
  const { all, clock } = setUp();
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'viewer');
  all.leave(id, 'first', 'Lost');
  assert.equal(clock.pending(), 1);
  all.leave(id, 'viewer', 'Lost');
  assert.equal(clock.pending(), 0);
});

test('a grace that is shortened while it runs ends then', () => {
  const { all, clock, ended } = setUp();
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'viewer');
  all.leave(id, 'first', 'Lost');
  clock.advance(5000);
  all.configure([settingsOf('keynote', { reconnectGraceMs: 6000 })]);
  clock.advance(999);
  assert.deepEqual(ended, []);
  clock.advance(1);
  assert.deepEqual(ended, ['viewer PublisherGone']);
});

test('a lower limit cuts nobody, and holds for those who come', () => {
  const { all, ended, seen } = setUp();
  all.publish(id, 'first', undefined);
  for (const viewer of ['a', 'b', 'c']) all.subscribe(id, viewer);
  all.configure([settingsOf('keynote', {}, { maxSubscribers: 2 })]);
  assert.deepEqual([seen(), ended], [['first', 'a', 'b', 'c'], []]);
  refuses('RoomFull', () => all.subscribe(id, 'd'));
  all.leave(id, 'a', 'Lost');
  refuses('RoomFull', () => all.subscribe(id, 'd'));
  all.leave(id, 'b', 'Lost');
  all.subscribe(id, 'd');
  assert.deepEqual(seen(), ['first', 'c', 'd']);
});

test('a room that is removed ends its sessions, and the others do not notice', () => {
  const { all, ended, clock } = setUp([settingsOf('keynote'), settingsOf('lobby')]);
  all.publish(id, 'first', undefined);
  all.subscribe(id, 'viewer');
  all.publish('events/lobby', 'other', undefined);
  all.configure([settingsOf('lobby')]);
  assert.deepEqual(ended, ['first RoomRemoved', 'viewer RoomRemoved']);
  assert.equal(all.get('events/lobby').room.publisher?.id, 'other');
  refuses('UnknownRoom', () => all.get(id));
  all.leave(id, 'first', 'Lost');
  assert.equal(clock.pending(), 0);
});
