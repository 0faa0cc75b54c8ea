import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from '../arena.ts';
import { opus, videoUp } from '../peer.ts';

test('a track that falls silent for 2 s has stalled, once for each silence', () => {
  const { publisher, from, pass, counters } = arena();
  const up = publisher('up', [videoUp(), videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] })]);
  const speak = (sequence: number) => from(up, up.rtp({ ssrc: 8, sequence, payloadType: 111 }));
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  for (let i = 0; i < 10; i++) {
    speak(i);
    pass(500);
  }
  assert.deepEqual(counters().stalls, { audio: 0, video: 1 });
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  pass(1900);
  assert.deepEqual(counters().stalls, { audio: 1, video: 1 });
  pass(200);
  assert.deepEqual(counters().stalls, { audio: 1, video: 2 });
});

test('a track that never began, said goodbye, or whose publisher has gone, does not stall', () => {
  const { core, publisher, from, pass, counters } = arena();
  const up = publisher('up', [videoUp(), videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] })]);
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 8, sequence: 1, payloadType: 111 }));
  from(up, up.rtcp(Buffer.from('81cb000100000007', 'hex')));
  pass(1500);
  core.removeTransport('up');
  pass(5000);
  publisher('mute');
  pass(5000);
  assert.deepEqual(counters().stalls, { audio: 0, video: 0 });
});
