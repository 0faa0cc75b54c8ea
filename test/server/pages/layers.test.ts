import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, layersOf } from '#server/http/pages/layers.js';

const told = JSON.stringify({
  0: [
    { rid: 'l', bitrate: 150_000, width: 320, height: 180 },
    { rid: 'm', bitrate: 500_000, width: 640, height: 360 },
    { rid: 'h', width: 1280, height: 720 },
  ],
});

test('sizes are offered by their lines, the largest first; one that is not sent now cannot be chosen', () => {
  const choices = choicesOf(layersOf(told), undefined, { height: 360 });
  assert.deepEqual(
    choices.map(({ rid, text, isSent }) => [rid, text, isSent]),
    [
      ['', 'Auto · now 360p', true],
      ['h', '720p · not sent now', false],
      ['m', '360p · now', true],
      ['l', '180p', true],
    ],
  );
});

test('what is shown is marked where it is seen: while a size is chosen, at that size alone', () => {
  const texts = (chosen: string | undefined, height?: number) =>
    choicesOf(layersOf(told), chosen, height === undefined ? {} : { height }).map(({ text }) => text);
  assert.deepEqual(texts('l', 180).slice(0, 1), ['Auto']);
  assert.deepEqual(texts('l', 180).slice(-1), ['180p · now']);
  assert.deepEqual(texts(undefined)[0], 'Auto', 'nothing is decoded yet');
  assert.deepEqual(texts('of another publisher', 180)[0], 'Auto · now 180p');
});

test('there is nothing to choose where there is one encoding, or none', () => {
  for (const data of ['{}', '{"0":[]}', '{"1":[{"rid":"h","bitrate":1}]}'])
    assert.deepEqual(choicesOf(layersOf(data), undefined, {}), []);
});

test('an upright picture is named like one that lies; sizes that are equal by their bitrate; unknown ones as they are sent', () => {
  const layers = [
    { rid: 'a', bitrate: 2_000_000, width: 720, height: 1280 },
    { rid: 'b', bitrate: 800_000, width: 720, height: 1280 },
    { rid: 'c', bitrate: 100_000 },
  ];
  assert.deepEqual(
    choicesOf(layers, undefined, {}).map(({ text }) => text),
    ['Auto', '720p, 2.0 Mbit/s', '720p, 800 kbit/s', 'c'],
  );
});
