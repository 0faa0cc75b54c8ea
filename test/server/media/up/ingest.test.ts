import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from '../arena.ts';
import { deltaFrame, keyFrame, opus, videoUp } from '../peer.ts';

const audioUp = videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)], pli: false });
/** VP8: the first packet of a key frame of 640 × 360 pixels (RFC 6386 section 9.1). */
const wholeKeyFrame = Buffer.from('105031009d012a80026801', 'hex');

test('what a publisher sends is told by kind: bitrate, frame rate, size, and time between key frames', () => {
  const { core, publisher, from, pass } = arena();
  const up = publisher('up', [videoUp(), audioUp]);
  for (let i = 0; i < 300; i++) {
    const payload = i % 60 === 0 ? wholeKeyFrame : Buffer.concat([deltaFrame, Buffer.alloc(998)]);
    from(up, up.rtp({ ssrc: 7, sequence: i, timestamp: i * 3000, payload }));
    from(up, up.rtp({ ssrc: 8, sequence: i, payloadType: 111, payload: Buffer.alloc(100) }));
    pass(1000 / 30);
  }
  const { video, audio, hints } = core.snapshot().ingest['room'] ?? {};
  assert.equal(Math.round(video?.framesPerSecond ?? 0), 30);
  assert.ok(Math.abs((video?.bitsPerSecond ?? 0) - 240_000) < 12_000, `${video?.bitsPerSecond}`);
  assert.ok(Math.abs((audio?.bitsPerSecond ?? 0) - 24_000) < 1200, `${audio?.bitsPerSecond}`);
  assert.deepEqual([video?.width, video?.height], [640, 360]);
  assert.ok(Math.abs((video?.keyFrameIntervalMs ?? 0) - 2000) < 100, `${video?.keyFrameIntervalMs}`);
  assert.deepEqual(hints, []);
});

test('a packet that was lost and repaired counts once, and nothing is told of a room that was left', () => {
  const { core, publisher, from, pass } = arena();
  const up = publisher('up');
  const send = (sequence: number) => from(up, up.rtp({ ssrc: 7, sequence, timestamp: sequence, payload: keyFrame }));
  for (const sequence of [1, 3, 2, 4]) send(sequence);
  pass(1000);
  assert.equal(Math.round(core.snapshot().ingest['room']?.video?.framesPerSecond ?? 0), 4);
  core.removeTransport('up');
  assert.deepEqual(core.snapshot().ingest, {});
});

test('what an encoder should change is told once, and that it has changed it', () => {
  const { core, events, publisher, from, pass } = arena();
  const up = publisher('up', [videoUp({ pli: false, fir: false })]);
  for (let i = 0; i < 240; i++) {
    from(up, up.rtp({ ssrc: 7, sequence: i, timestamp: i * 3000, payload: i === 0 ? keyFrame : deltaFrame }));
    pass(50);
  }
  assert.deepEqual(
    events.filter((event) => event.startsWith('hints')),
    ['hints up RareKeyFrames'],
  );
  assert.deepEqual(
    core.snapshot().ingest['room']?.hints.map(({ reason }) => reason),
    ['RareKeyFrames'],
  );
  for (let i = 240; i < 340; i++) {
    from(up, up.rtp({ ssrc: 7, sequence: i, timestamp: i * 3000, payload: keyFrame }));
    pass(1000);
  }
  assert.deepEqual(events.filter((event) => event.startsWith('hints')).slice(1), ['hints up']);
});
