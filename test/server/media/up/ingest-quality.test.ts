import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyFrame, type Frame } from '#server/media/frame/frame.ts';
import { hints } from '#server/media/up/ingest-hints.ts';
import { ingestFigures, ingestQuality, noteKeyFrameRequest, noteMedia } from '#server/media/up/ingest-quality.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const frame = (of: Partial<Frame> = {}): Frame => ({ ...emptyFrame(), ...of });
const delta = frame({ startsFrame: true });
const key = frame({
  startsFrame: true,
  isKeyFrame: true,
  startsKeyFrame: true,
  hasParameters: true,
  width: 1280,
  height: 720,
});

/** A publisher of pictures at a steady rate, each of some packets; a key frame every so often, in pictures. */
function encoder({ startMs = 0, rate = 30, packets = 4, bytes = 1000, keyEvery = 60 } = {}) {
  const quality = ingestQuality(startMs);
  let picture = 0;
  let nowMs = startMs;
  return {
    quality,
    now: () => nowMs,
    figures: () => ingestFigures(quality, nowMs),
    run(seconds: number, pictureOf: (isKey: boolean) => Frame = (isKey) => (isKey ? key : delta)) {
      for (let left = Math.round(seconds * rate); left > 0; left--) {
        const first = pictureOf(keyEvery > 0 && picture % keyEvery === 0);
        for (let packet = 0; packet < packets; packet++)
          noteMedia(quality, bytes, (picture * 3000) >>> 0, packet === 0 ? first : frame(), nowMs);
        picture += 1;
        nowMs += 1000 / rate;
      }
    },
    silent(milliseconds: number) {
      nowMs += milliseconds;
    },
  };
}

/** Cells of half a second make edges. */
const about = (actual: number, expected: number, share = 0.03): void =>
  assert.ok(Math.abs(actual - expected) <= expected * share, `${actual} is not about ${expected}`);

test('a steady stream is known for what it is', () => {
  const { run, figures } = encoder();
  run(30);
  about(figures().bitsPerSecond, 30 * 4 * 1000 * 8);
  about(figures().framesPerSecond, 30);
  about(figures().keyFrameIntervalMs, 2000);
  assert.deepEqual([figures().width, figures().height, figures().hasBFrames], [1280, 720, false]);
  assert.deepEqual([figures().keyFrameWaitMs, figures().bareKeyFrames], [0, 0]);
});

test('rates are right from the first second on, whenever the clock began', () => {
  for (const startMs of [0, 123, 499, 1e12 + 77]) {
    const { run, figures } = encoder({ startMs });
    run(1);
    about(figures().framesPerSecond, 30);
  }
});

test('of the first packets no rate is made out of thin air', () => {
  const { quality } = encoder();
  noteMedia(quality, 1200, 1, key, 0);
  assert.deepEqual(
    [ingestFigures(quality, 0).framesPerSecond, ingestFigures(quality, 0).bitsPerSecond],
    [2, 2 * 8 * 1200],
  );
});

test('what was more than ten seconds ago counts no longer', () => {
  const { run, figures, silent } = encoder();
  run(20);
  silent(5000);
  about(figures().framesPerSecond, 15, 0.05);
  silent(5500);
  assert.deepEqual([figures().framesPerSecond, figures().bitsPerSecond], [0, 0]);
});

test('after a long silence it begins again as if nothing had been', () => {
  const { run, figures, silent } = encoder();
  run(20);
  silent(3_600_000);
  assert.equal(figures().framesPerSecond, 0);
  run(15);
  about(figures().framesPerSecond, 30);
});

test('packets out of order, and those that were sent again, make no new picture', () => {
  const quality = ingestQuality(0);
  const timestamps = [0, 3000, 0, 6000, 3000, 3000, 6000, 0, 9000];
  for (const timestamp of timestamps) noteMedia(quality, 100, timestamp, frame(), 0);
  assert.equal(ingestFigures(quality, 1000).framesPerSecond, 4);
});

test('pictures whose timestamps wrap or stand at 0 are counted', () => {
  const quality = ingestQuality(0);
  for (const timestamp of [0xffff_fff0, 0, 3000]) noteMedia(quality, 100, timestamp, frame(), 0);
  assert.equal(ingestFigures(quality, 1000).framesPerSecond, 3);
});

test('a track without pictures has a bitrate alone', () => {
  const quality = ingestQuality(0);
  for (let nowMs = 0; nowMs < 5000; nowMs += 20) noteMedia(quality, 80, 48 * nowMs, undefined, nowMs);
  about(ingestFigures(quality, 5000).bitsPerSecond, 32_000);
  assert.equal(ingestFigures(quality, 5000).framesPerSecond, 0);
  assert.deepEqual(hints(ingestFigures(quality, 5000), true), []);
});

test('the size is that of the last key frame', () => {
  const { quality, figures } = encoder();
  noteMedia(quality, 100, 0, key, 0);
  noteMedia(quality, 100, 3000, delta, 30);
  noteMedia(quality, 100, 6000, frame({ width: 640, height: 360 }), 60);
  assert.deepEqual([figures().width, figures().height], [640, 360]);
});

test('the longest interval of a minute counts, then no longer', () => {
  const { quality } = encoder();
  for (const atMs of [0, 2000, 9000, 11_000, 13_000]) noteMedia(quality, 100, 90 * atMs, key, atMs);
  assert.equal(ingestFigures(quality, 14_000).keyFrameIntervalMs, 7000);
  for (let atMs = 15_000; atMs < 70_000; atMs += 2000) noteMedia(quality, 100, 90 * atMs, key, atMs);
  assert.equal(ingestFigures(quality, 70_000).keyFrameIntervalMs, 2000);
});

test('an interval that has not ended counts as far as it has come', () => {
  const { run, figures } = encoder({ keyEvery: 0 });
  run(12);
  about(figures().keyFrameIntervalMs, 12_000);
});

test('packets of one key frame are one', () => {
  const quality = ingestQuality(0);
  noteMedia(quality, 100, 3000, key, 0);
  noteMedia(quality, 100, 3000, frame({ isKeyFrame: true }), 900);
  assert.equal(ingestFigures(quality, 1000).keyFrameIntervalMs, 1000);
});

test('a good stream gives no reason for hints', () => {
  const { run, figures } = encoder();
  run(90);
  assert.deepEqual([hints(figures(), true), hints(figures(), false)], [[], []]);
});

test('B-frames are told of for a minute', () => {
  const { run, figures } = encoder();
  run(5, (isKey) => (isKey ? key : frame({ hasBSlice: true })));
  assert.deepEqual(
    hints(figures(), true).map(({ reason }) => reason),
    ['BFrames'],
  );
  run(61);
  assert.deepEqual(hints(figures(), true), []);
});

test('rare key frames of an encoder that cannot be asked are told of, with the time', () => {
  const { run, figures } = encoder({ keyEvery: 300 });
  run(25);
  const [hint] = hints(figures(), false);
  assert.equal(hint?.reason, 'RareKeyFrames');
  assert.match(hint?.message ?? '', /^No key frame came for 10\.0 s\. /);
});

test('rare key frames of an encoder that makes them when asked are as it should be', () => {
  const { run, figures, quality, now } = encoder({ keyEvery: 300 });
  run(9.9);
  noteKeyFrameRequest(quality, now());
  run(0.2);
  about(figures().keyFrameWaitMs, 100);
  assert.deepEqual(hints(figures(), true), []);
});

test('rare key frames of an encoder that was asked in vain are told of, with the time', () => {
  const { run, figures, quality, now } = encoder({ keyEvery: 300 });
  run(5);
  assert.deepEqual(hints(figures(), true), []);
  noteKeyFrameRequest(quality, now());
  run(1);
  noteKeyFrameRequest(quality, now());
  run(2);
  const [hint] = hints(figures(), true);
  assert.match(hint?.message ?? '', /^No key frame came for 8\.0 s, and none in the 3\.0 s after one was asked for\. /);
  run(3);
  about(figures().keyFrameWaitMs, 5000);
});

test('of an encoder that has stopped nothing is said about key frames', () => {
  const { run, figures, silent } = encoder();
  run(10);
  silent(20_000);
  assert.deepEqual(hints(figures(), false), []);
});

test('key frames without parameters are told of once there were two in a row', () => {
  const bare = frame({ startsFrame: true, isKeyFrame: true, startsKeyFrame: true });
  const { run, figures } = encoder();
  const pictures = (isKey: boolean) => (isKey ? bare : delta);
  run(2, pictures);
  assert.deepEqual(hints(figures(), true), []);
  run(2, pictures);
  assert.deepEqual(
    hints(figures(), true).map(({ reason }) => reason),
    ['NoParameterSets'],
  );
  run(2);
  assert.deepEqual(hints(figures(), true), []);
});

test('parameters in a packet of their own before the key frame are as good', () => {
  const quality = ingestQuality(0);
  for (let atMs = 0; atMs < 10_000; atMs += 2000) {
    noteMedia(
      quality,
      30,
      90 * atMs + 1,
      frame({ startsKeyFrame: true, hasParameters: true, width: 640, height: 360 }),
      atMs,
    );
    noteMedia(quality, 900, 90 * atMs + 1, frame({ startsFrame: true, startsKeyFrame: true, isKeyFrame: true }), atMs);
  }
  assert.equal(ingestFigures(quality, 10_000).bareKeyFrames, 0);
});

test('whatever comes, rates are what a list of all of it would give', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const quality = ingestQuality(0);
  const all: { readonly atMs: number; readonly bytes: number }[] = [];
  let nowMs = 0;
  for (let i = 0; i < 5000; i++) {
    nowMs += random() < 0.001 ? 70_000 * random() : 40 * random();
    const bytes = Math.floor(random() * 1200);
    noteMedia(quality, bytes, i, delta, nowMs);
    all.push({ atMs: nowMs, bytes });
    if (i % 50 !== 0) continue;
    const fromMs = Math.max(0, (Math.floor(nowMs / 500) - 20) * 500);
    const seen = all.filter(({ atMs }) => atMs >= fromMs);
    const seconds = Math.max(nowMs - fromMs, 500) / 1000;
    const figures = ingestFigures(quality, nowMs);
    const said = `SEED=${seed}, packet ${i}`;
    about(figures.bitsPerSecond + 1, (8 * seen.reduce((sum, packet) => sum + packet.bytes, 0)) / seconds + 1, 1e-9);
    about(figures.framesPerSecond + 1, seen.length / seconds + 1, 1e-9);
    assert.ok(figures.keyFrameIntervalMs >= 0, said);
  }
});
