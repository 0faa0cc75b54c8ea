import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from './arena.ts';
import { deltaFrame, opus, videoDown, videoUp } from './peer.ts';

const audioUp = videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] });
const audioDown = videoDown(2000, { kind: 'audio', mid: '1', codecs: [opus(111)] });
const firsts = (events: readonly string[]) => events.filter((event) => event.startsWith('first frame'));

/** A publisher of both kinds, and how it sends them. */
function live() {
  const at = arena();
  const up = at.publisher('up', [videoUp(), audioUp]);
  let sequence = 0;
  return {
    ...at,
    sound: () => at.from(up, up.rtp({ ssrc: 8, sequence: ++sequence, payloadType: 111 })),
    delta: () => at.from(up, up.rtp({ ssrc: 7, sequence: ++sequence, payload: deltaFrame })),
    key: () => at.from(up, up.rtp({ ssrc: 7, sequence: ++sequence })),
    told: () => firsts(at.events),
  };
}

test('the first frame is the first key frame, received of the publisher and sent to the subscriber, told once', () => {
  const { subscriber, sound, delta, key, told } = live();
  subscriber('down', [videoDown(1000), audioDown]);
  sound();
  delta();
  assert.deepEqual(told(), []);
  key();
  assert.deepEqual(told(), ['first frame up', 'first frame down']);
  key();
  delta();
  assert.deepEqual(told(), ['first frame up', 'first frame down']);
});

test('who comes later has its first frame with the next key frame', () => {
  const { subscriber, sound, delta, key, told } = live();
  key();
  subscriber('late', [videoDown(1000), audioDown]);
  sound();
  delta();
  assert.deepEqual(told(), ['first frame up']);
  key();
  assert.deepEqual(told(), ['first frame up', 'first frame late']);
});

test('where there is only audio it is the first packet', () => {
  const { publisher, subscriber, from, events } = arena();
  const up = publisher('up', [audioUp]);
  subscriber('down', [videoDown(1000), audioDown]);
  from(up, up.rtp({ ssrc: 8, sequence: 1, payloadType: 111 }));
  assert.deepEqual(firsts(events), ['first frame up', 'first frame down']);
});

test('for a subscriber that cannot be sent the video it is the first packet of the audio', () => {
  const { subscriber, sound, told } = live();
  subscriber('deaf to video', [videoDown(1000, { codecs: [opus(96)] }), audioDown]);
  subscriber('audio alone', [audioDown]);
  sound();
  assert.deepEqual(told(), ['first frame deaf to video', 'first frame audio alone']);
});

test('a publisher that replaces another has a first frame of its own; its viewers do not', () => {
  const { core, publisher, subscriber, from, key, told } = live();
  subscriber('down', [videoDown(1000), audioDown]);
  key();
  core.removeTransport('up');
  const next = publisher('next');
  from(next, next.rtp({ ssrc: 9, sequence: 1 }));
  assert.deepEqual(told(), ['first frame up', 'first frame down', 'first frame next']);
});

test('a subscriber has media from its first packet on, told once, though it waits for its first frame', () => {
  const { subscriber, from, sound, delta, key, events } = live();
  const told = () => events.filter((event) => event.endsWith(' down') && !event.startsWith('connected'));
  const down = subscriber('down', [videoDown(1000), audioDown]);
  delta();
  from(down, down.rtp({ ssrc: 9, sequence: 1 }));
  assert.deepEqual(told(), [], 'what it sends itself is nothing that it was sent');
  sound();
  assert.deepEqual(told(), ['media down']);
  key();
  assert.deepEqual(told(), ['media down', 'first frame down']);
});
