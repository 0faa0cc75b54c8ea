import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewerEvents } from '#server/events/viewer-events.ts';
import { emptyRoom, type OwnRoom, withConnected, without, withPublisher, withSubscriber } from '#server/room/room.ts';
import { fakeClock } from '../fake-clock.ts';

const types = ['active', 'inactive', 'layers', 'video', 'viewercount', 'reconnect'] as const;

/** A room, and what its viewers are told, without the greeting and without what is said to keep a connection. */
function scene() {
  const clock = fakeClock();
  let room: OwnRoom | undefined = emptyRoom();
  const meter = { eventStream: () => undefined, eventSent: () => undefined, eventDropped: () => undefined };
  const videoAt = (session: string) => (session.startsWith('gone') ? -1 : session.startsWith('sound') ? 1 : 0);
  const events = viewerEvents({ clock, meter, roomOf: () => room, videoAt });
  const change = (next: (room: OwnRoom) => OwnRoom) => {
    room = next(room ?? emptyRoom());
    events.changed('a/room');
  };
  return {
    clock,
    events,
    change,
    remove: () => {
      room = undefined;
      events.changed('a/room');
    },
    watch: (id: string) => change((now) => withConnected(withSubscriber(now, id, 0), id)),
    /** Opens a stream of a session's, and reads it. */
    listen: (session: string) => {
      const id = events.open(session, 'a/room', types) ?? assert.fail('no stream');
      const told: string[] = [];
      events.find(session, id)?.readBy({
        push: (bytes) => {
          const [, type, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(bytes.toString()) ?? [];
          if (type !== undefined) told.push(`${type} ${data}`);
          return true;
        },
        end: () => told.push('end'),
        cut: () => told.push('cut'),
      });
      return told;
    },
  };
}

test('active and inactive follow the publisher, from when its media can flow (C-39)', () => {
  const { change, listen } = scene();
  const told = listen('viewer');
  change((room) => withPublisher(room, 'first', 0));
  assert.deepEqual(told, ['viewercount {"viewercount":0}'], 'neither active nor inactive at first');
  change((room) => withConnected(room, 'first'));
  change((room) => without(room, 'first', 0, 'Lost'));
  change((room) => withConnected(withPublisher(room, 'second', 0), 'second'));
  assert.deepEqual(told.slice(1), ['active {}', 'inactive {}', 'active {}']);
});

test('who comes later is told of the publisher that is there, and of how many watch (C-39)', () => {
  const { change, watch, listen } = scene();
  change((room) => withConnected(withPublisher(room, 'first', 0), 'first'));
  watch('one');
  watch('two');
  assert.deepEqual(listen('two'), ['active {}', 'viewercount {"viewercount":2}']);
});

test('counts come once a second at most, the last one always (C-39)', () => {
  const { clock, watch, listen, change } = scene();
  const told = listen('viewer');
  for (let i = 0; i < 10; i++) {
    watch(`viewer ${i}`);
    clock.advance(100);
  }
  clock.advance(2000);
  change((room) => without(room, 'viewer 0', 0, 'Lost'));
  clock.advance(1000);
  const counts = told.map((event) => Number(/\d+/.exec(event)?.[0]));
  assert.deepEqual(counts, [0, 1, 10, 9]);
  assert.ok(told.every((event) => event.startsWith('viewercount')));
});

test('a room with many streams is told of its number less often: all of them 500 times a second', () => {
  const { clock, watch, listen } = scene();
  const streams = Array.from({ length: 2000 }, (_, i) => listen(`viewer ${i}`));
  watch('one');
  clock.advance(0);
  watch('two');
  clock.advance(3999);
  assert.equal(streams.flat().length, 4000);
  clock.advance(1);
  assert.equal(streams.flat().length, 6000);
});

test('layers are told by the m-section of each viewer’s video, to who comes later too, until another publishes (C-40)', () => {
  const { change, events, listen } = scene();
  const told = listen('viewer');
  change((room) => withConnected(withPublisher(room, 'first', 0), 'first'));
  events.layers('a/room', [
    { rid: 'l', width: 320, height: 180, bitsPerSecond: 150_000 },
    { rid: 'h', width: 0, height: 0, bitsPerSecond: 0 },
  ]);
  const layers = '[{"rid":"l","bitrate":150000,"width":320,"height":180},{"rid":"h"}]';
  assert.equal(told.at(-1), `layers {"0":${layers}}`);
  assert.ok(listen('sound first').includes(`layers {"1":${layers}}`));
  change((room) => without(room, 'first', 0, 'Lost'));
  assert.equal(told.at(-1), 'layers {"0":[]}');
  assert.ok(!listen('late').some((event) => event.startsWith('layers')));
});

test('who has not connected yet is not counted', () => {
  const { clock, change, listen } = scene();
  change((room) => room);
  const told = listen('viewer');
  change((room) => withSubscriber(room, 'late', 0));
  clock.advance(5000);
  assert.deepEqual(told, ['viewercount {"viewercount":0}']);
});

test('a number that comes back to what others know is told to who has come meanwhile', () => {
  const { clock, watch, change, listen } = scene();
  listen('early');
  watch('one');
  clock.advance(2000);
  watch('two');
  clock.advance(0);
  watch('three');
  const told = listen('late');
  change((room) => without(room, 'three', 0, 'Lost'));
  clock.advance(1000);
  assert.deepEqual(told, ['viewercount {"viewercount":3}', 'viewercount {"viewercount":2}']);
});

test('a session’s streams end with it; one that may return is told before, and where to (C-38, C-39)', () => {
  const { events, listen, clock } = scene();
  const [stays, leaves, returns] = [listen('stays'), listen('leaves'), listen('returns')];
  events.ended('leaves', false);
  events.ended('returns', true);
  assert.deepEqual(stays.slice(1), []);
  assert.deepEqual(leaves.slice(1), ['end']);
  assert.deepEqual(returns.slice(1), ['reconnect {"url":"/a/room/whep"}', 'end']);
  events.ended('stays', false);
  assert.equal(clock.pending(), 0);
});

test('a session has four streams at most: the oldest ends when there is a fifth', () => {
  const { events } = scene();
  const ids = Array.from({ length: 5 }, () => events.open('viewer', 'a/room', types));
  const isThere = ids.map((id) => events.find('viewer', id) !== undefined);
  assert.deepEqual(isThere, [false, true, true, true, true]);
  events.close('viewer', ids[1] ?? '');
  assert.notEqual(events.find('viewer', ids[2] ?? ''), undefined);
});

test('streams of one session are not found by another', () => {
  const { events } = scene();
  const id = events.open('viewer', 'a/room', types) ?? '';
  events.close('other', id);
  assert.equal(events.find('other', id), undefined);
  assert.notEqual(events.find('viewer', id), undefined);
});

test('a room that is taken away and comes back begins anew', () => {
  const { change, remove, listen } = scene();
  const told = listen('viewer');
  change((room) => withConnected(withPublisher(room, 'first', 0), 'first'));
  remove();
  change((room) => withConnected(withPublisher(room, 'first', 0), 'first'));
  assert.deepEqual(told.slice(1), ['active {}', 'active {}']);
});

test('a viewer whose video is held back is told so, on streams that it opens later too, and when it has some again', () => {
  const { events, listen } = scene();
  const [one, other] = [listen('one'), listen('other')];
  events.held('one', true);
  assert.deepEqual(one.slice(1), ['video {"held":true}']);
  assert.equal(listen('one').at(-1), 'video {"held":true}');
  events.held('one', false);
  assert.equal(one.at(-1), 'video {"held":false}');
  assert.equal(listen('one').length, 1);
  assert.equal(other.length, 1);
});

test('what the media thread says of a session that has ended meanwhile is not kept', () => {
  const { events, listen } = scene();
  events.held('gone', true);
  assert.deepEqual(listen('gone'), ['viewercount {"viewercount":0}']);
});
