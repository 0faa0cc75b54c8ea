import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figures, sample, stillness } from '#server/http/pages/figures.js';

const transport = { type: 'transport', id: 'T', selectedCandidatePairId: 'P2', timestamp: 1000 };
const pairs = [
  {
    type: 'candidate-pair',
    id: 'P1',
    nominated: true,
    currentRoundTripTime: 9,
    bytesReceived: 9,
    responsesReceived: 9,
  },
  {
    type: 'candidate-pair',
    id: 'P2',
    nominated: true,
    currentRoundTripTime: 0.02,
    bytesReceived: 500,
    responsesReceived: 4,
  },
];
const inbound = [
  {
    ...{
      type: 'inbound-rtp',
      kind: 'video',
      timestamp: 2000,
      bytesReceived: 1000,
      packetsReceived: 90,
      packetsLost: 10,
    },
    ...{ framesDecoded: 30, frameWidth: 1280, frameHeight: 720, jitter: 0.005 },
  },
  {
    type: 'inbound-rtp',
    kind: 'audio',
    timestamp: 2000,
    bytesReceived: 200,
    totalAudioEnergy: 0.25,
    packetsReceived: 50,
  },
];

test('a picture that is sent in several sizes is told by its largest that is sent now, frames and packets of all', () => {
  const video = { type: 'outbound-rtp', kind: 'video', timestamp: 1 };
  const sizes = [
    { ...video, id: 'L', frameWidth: 320, frameHeight: 180, framesEncoded: 90, packetsSent: 90, bytesSent: 10 },
    { ...video, id: 'M', frameWidth: 640, frameHeight: 360, framesEncoded: 80, packetsSent: 100, bytesSent: 20 },
    { ...video, id: 'H', framesEncoded: 70, packetsSent: 5, bytesSent: 30 },
  ];
  const heardOf = (localId: string, fractionLost: number) => ({
    ...{ type: 'remote-inbound-rtp', kind: 'video', localId, fractionLost },
  });
  const told = sample([...sizes, heardOf('L', 0.5), heardOf('M', 0.25)], 'outbound');
  const { width, height, frames, packets, bytes, lossPercent } = told;
  assert.deepEqual([width, height, frames, packets, bytes, lossPercent], [640, 360, 90, 195, 60, 25]);
});

test('a sample of a viewer: bytes of all tracks, the rest of the video, the path from the selected pair', () => {
  assert.deepEqual(sample([transport, ...pairs, ...inbound], 'inbound'), {
    ...{ atMs: 2000, bytes: 1200, packets: 90, lost: 10, frames: 30, width: 1280, height: 720 },
    ...{ jitterMs: 5, roundTripMs: 20, audioEnergy: 0.25, heard: 504 },
  });
});

test('a sample of a publisher: loss and jitter as the server reports them', () => {
  const report = [
    { type: 'outbound-rtp', kind: 'video', timestamp: 3000, bytesSent: 700, packetsSent: 7, framesEncoded: 5 },
    { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.9, jitter: 0.9, roundTripTime: 0.9 },
    { type: 'remote-inbound-rtp', kind: 'video', fractionLost: 0.25, jitter: 0.004, roundTripTime: 0.03 },
  ];
  const { lossPercent, jitterMs, roundTripMs, bytes, frames } = sample(report, 'outbound');
  assert.deepEqual([lossPercent, jitterMs, roundTripMs, bytes, frames], [25, 4, 30, 700, 5]);
});

test('without a transport the pair that is marked is the one', () => {
  const report = [
    { ...pairs[0], nominated: false },
    { ...pairs[1], nominated: false, selected: true },
  ];
  assert.equal(sample(report, 'inbound').roundTripMs, 20);
});

test('an empty report is a sample without media, not an error', () => {
  assert.deepEqual(sample([], 'inbound'), { atMs: 0, bytes: 0 });
});

test('a stream without the usual counters gives no figures instead of wrong ones', () => {
  const before = sample([{ type: 'inbound-rtp', kind: 'video', timestamp: 1000 }], 'inbound');
  const now = sample([{ type: 'inbound-rtp', kind: 'video', timestamp: 2000 }], 'inbound');
  assert.deepEqual(figures(before, now), {});
});

test('rates are taken over the time between two samples', () => {
  const before = { atMs: 1000, bytes: 1000, frames: 30, packets: 100, lost: 0 };
  const now = { atMs: 3000, bytes: 501_000, frames: 90, packets: 290, lost: 10 };
  const { bitsPerSecond, framesPerSecond, lossPercent } = figures(before, now);
  assert.deepEqual([bitsPerSecond, framesPerSecond, lossPercent], [2_000_000, 30, 5]);
});

test('the first sample has no rates, but all that is known at once', () => {
  assert.deepEqual(figures(undefined, { atMs: 5, bytes: 10, frames: 1, height: 720, jitterMs: 2 }), {
    ...{ jitterMs: 2, height: 720, frames: 1 },
  });
});

test('two samples of the same moment have no rates', () => {
  assert.equal(figures({ atMs: 5, bytes: 10 }, { atMs: 5, bytes: 20 }).bitsPerSecond, undefined);
});

test('a counter that ran backwards gives no rate', () => {
  const { bitsPerSecond, framesPerSecond } = figures(
    { atMs: 0, bytes: 4_294_967_000, frames: 10 },
    { atMs: 1000, bytes: 200, frames: 40 },
  );
  assert.deepEqual([bitsPerSecond, framesPerSecond], [undefined, 30]);
});

test('packets that arrive late after all are no negative loss', () => {
  const before = { atMs: 0, packets: 100, lost: 8 };
  assert.equal(figures(before, { atMs: 1000, packets: 200, lost: 5 }).lossPercent, 0);
});

test('no packets at all is not a loss of zero', () => {
  const still = { packets: 100, lost: 8 };
  assert.equal(figures({ atMs: 0, ...still }, { atMs: 1000, ...still }).lossPercent, undefined);
});

test('stillness grows while a counter stands, and starts again when it moves', () => {
  const stillMs = stillness('heard');
  const told = [
    stillMs({ atMs: 1000, heard: 5 }),
    stillMs({ atMs: 3000, heard: 5 }),
    stillMs({ atMs: 7000, heard: 5 }),
  ];
  assert.deepEqual(told, [0, 2000, 6000]);
  assert.equal(stillMs({ atMs: 8000, heard: 6 }), 0);
});

test('stillness of a counter that the browser does not have stays zero', () => {
  const stillMs = stillness('heard');
  assert.deepEqual([stillMs({ atMs: 1000 }), stillMs({ atMs: 9000 })], [0, 0]);
});
