import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PublisherHint, publisherEvents } from '#server/events/publisher-events.ts';
import { fakeClock } from '../fake-clock.ts';

const meter = { eventStream: () => undefined, eventSent: () => undefined, eventDropped: () => undefined };
const bFrames: PublisherHint = { reason: 'BFrames', message: 'Turn B-frames off.' };

/** Publishers, and what is said on streams of theirs. */
function scene() {
  const events = publisherEvents({ clock: fakeClock(), meter });
  const listen = (session: string) => {
    const told: string[] = [];
    const push = (bytes: Buffer) => {
      const [, data] = /^event: hints\ndata: (.*)\n\n$/.exec(bytes.toString()) ?? [];
      if (data !== undefined) told.push(data);
      return true;
    };
    const reader = { push, end: () => told.push('end'), cut: () => told.push('cut') };
    events.find(session, events.open(session, 'a/room', ['hints']))?.readBy(reader);
    return told;
  };
  return { events, listen };
}

test('a publisher is told what to change as it comes and goes, and nobody else is', () => {
  const { events, listen } = scene();
  const [told, other] = [listen('one'), listen('other')];
  events.hints('one', [bFrames]);
  events.hints('one', []);
  assert.deepEqual(told, ['{"hints":[]}', JSON.stringify({ hints: [bFrames] }), '{"hints":[]}']);
  assert.deepEqual(other, ['{"hints":[]}']);
});

test('who listens late is told what holds then; that all is well is no news', () => {
  const { events, listen } = scene();
  events.hints('one', [bFrames]);
  const late = listen('one');
  events.hints('two', []);
  const well = listen('two');
  events.hints('two', []);
  assert.deepEqual([late, well], [[JSON.stringify({ hints: [bFrames] })], ['{"hints":[]}']]);
});

test('its streams end with the session, and nothing of it is kept', () => {
  const { events, listen } = scene();
  events.hints('one', [bFrames]);
  const told = listen('one');
  events.ended('one');
  assert.deepEqual(told.slice(1), ['end']);
  assert.deepEqual(listen('one'), ['{"hints":[]}']);
});
