import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypesOf } from '#crds/event-metrics.ts';
import { eventStream, type Reader } from '#server/events/event-stream.ts';
import { type EventType, sessionEvent } from '#server/events/session-event.ts';
import { fakeClock } from '../fake-clock.ts';

/** A stream, and connections that take what they are given until they are told not to. */
function scene(types: readonly EventType[] = eventTypesOf.subscriber) {
  const clock = fakeClock();
  const counted: string[] = [];
  const stream = eventStream({
    types: new Set(types),
    clock,
    meter: {
      eventStream: (status) => counted.push(status),
      eventSent: (type, { seconds }) => counted.push(`${type} ${seconds}`),
      eventDropped: (reason) => counted.push(reason),
    },
  });
  const reader = (isFull = false) => {
    const seen: string[] = [];
    const made: Reader & { readonly seen: string[]; isFull: boolean } = {
      seen,
      isFull,
      push(bytes) {
        seen.push(bytes.toString());
        return !made.isFull;
      },
      end: () => seen.push('end'),
      cut: () => seen.push('cut'),
    };
    return made;
  };
  const tell = (type: EventType, data = {}) => stream.tell(sessionEvent(type, data, clock.now()));
  return { clock, counted, stream, reader, tell };
}

test('an event is written with its type and with its data in one line (C-38)', () => {
  const { stream, reader, tell, counted } = scene();
  const page = reader();
  stream.readBy(page);
  tell('viewercount', { viewercount: 3 });
  assert.deepEqual(page.seen, ['retry: 1000\n\n', 'event: viewercount\ndata: {"viewercount":3}\n\n']);
  assert.deepEqual(counted, ['Opened', 'viewercount 0']);
});

test('what was not asked for is not told', () => {
  const { stream, reader, tell } = scene(['reconnect']);
  const page = reader();
  stream.readBy(page);
  tell('active');
  tell('reconnect');
  assert.deepEqual(page.seen.slice(1), ['event: reconnect\ndata: {}\n\n']);
});

test('while nobody reads the newest of each kind is kept, and told to who comes', () => {
  const { stream, reader, tell, counted } = scene();
  for (let viewercount = 0; viewercount < 1000; viewercount++) tell('viewercount', { viewercount });
  tell('active');
  tell('inactive');
  const page = reader();
  stream.readBy(page);
  assert.deepEqual(page.seen.slice(1), [
    'event: viewercount\ndata: {"viewercount":999}\n\n',
    'event: inactive\ndata: {}\n\n',
  ]);
  assert.equal(counted.filter((what) => what === 'Superseded').length, 1000);
});

test('something is said every 15 s, so that no proxy takes the connection for dead', () => {
  const { clock, stream, reader } = scene();
  const page = reader();
  stream.readBy(page);
  clock.advance(45_000);
  assert.deepEqual(page.seen.slice(1), [':\n\n', ':\n\n', ':\n\n']);
  stream.left(page);
  assert.equal(clock.pending(), 0);
});

test('a slow reader is given nothing more until it takes what it has, and is told the newest then', () => {
  const { clock, stream, reader, tell, counted } = scene();
  const page = reader(true);
  stream.readBy(page);
  for (let viewercount = 0; viewercount < 100; viewercount++) tell('viewercount', { viewercount });
  clock.advance(4999);
  assert.equal(page.seen.length, 1, 'the greeting alone');
  page.isFull = false;
  stream.drained(page);
  assert.deepEqual(page.seen.slice(1), ['event: viewercount\ndata: {"viewercount":99}\n\n']);
  assert.ok(counted.includes('viewercount 4.999'));
  clock.advance(5000);
  assert.ok(!page.seen.includes('cut'));
});

test('a reader that takes nothing for 5 s is cut, and may come back', () => {
  const { clock, stream, reader, tell, counted } = scene();
  const page = reader(true);
  stream.readBy(page);
  tell('active');
  clock.advance(5000);
  assert.deepEqual(page.seen, ['retry: 1000\n\n', 'cut']);
  assert.deepEqual(counted, ['Opened', 'Slow']);
  const again = reader();
  stream.readBy(again);
  assert.deepEqual(again.seen.slice(1), ['event: active\ndata: {}\n\n']);
});

test('another connection takes the place of the one before, whose end is nobody’s any more', () => {
  const { stream, reader, tell, counted } = scene();
  const [first, second] = [reader(), reader()];
  stream.readBy(first);
  stream.readBy(second);
  stream.left(first);
  stream.drained(first);
  tell('active');
  assert.deepEqual(first.seen.slice(1), ['end']);
  assert.deepEqual(second.seen.slice(1), ['event: active\ndata: {}\n\n']);
  assert.deepEqual(counted, ['Opened', 'Ended', 'Opened', 'active 0']);
});

test('the end of a stream is that of its connection; nothing is kept and no clock runs', () => {
  const { clock, stream, reader, tell, counted } = scene();
  const page = reader();
  stream.readBy(page);
  page.isFull = true;
  tell('active');
  tell('inactive');
  stream.end();
  assert.equal(page.seen.at(-1), 'end');
  assert.deepEqual(counted.slice(-2), ['Unread', 'Ended']);
  assert.equal(clock.pending(), 0);
});
