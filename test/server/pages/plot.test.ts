import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitrateText, tile } from '#server/http/pages/panel.js';
import { curve, summary, withPoint } from '#server/http/pages/plot.js';

const size = { width: 60, height: 100 };
const at = (seconds: number, value?: number) => ({ atMs: seconds * 1000, value });

test('the newest value stands at the right edge, one minute is the whole width', () => {
  const { line } = curve([at(0, 0), at(30, 0), at(60, 0)], 1, size);
  assert.equal(line, 'M0 100L30 100L60 100');
});

test('the top is a quarter above the highest value, but never below the floor', () => {
  assert.equal(curve([at(0, 80)], 1, size).line, 'M60 20');
  assert.equal(curve([at(0, 80)], 400, size).line, 'M60 80');
});

test('missing values are a gap, and each stretch is filled by itself', () => {
  const { line, area } = curve([at(58, 0), at(59), at(60, 0), at(61, 0)], 1, size);
  assert.equal(line, 'M57 100M59 100L60 100');
  assert.equal(area, 'M57 100L57 100L57 100ZM59 100L60 100L60 100L59 100Z');
});

test('nothing to show is an empty curve', () => {
  assert.deepEqual(curve([], 1, size), { line: '', area: '' });
  assert.deepEqual(curve([at(1), at(2)], 1, size), { line: '', area: '' });
});

test('what is older than a minute is forgotten', () => {
  const points = withPoint([at(0, 1), at(1, 2), at(59, 3)], at(61, 4));
  assert.deepEqual(
    points.map(({ value }) => value),
    [3, 4],
  );
});

test('the plot is told in words with its lowest and highest value', () => {
  assert.equal(
    summary([at(1, 4), at(2), at(3, 2)], (value) => `${value} ms`),
    'last minute: lowest 2 ms, highest 4 ms',
  );
  assert.equal(summary([at(1)], String), 'no values in the last minute');
});

test('values are shown with units that people know', () => {
  assert.equal(bitrateText(2_449_000), '2.4 Mbit/s');
  assert.equal(bitrateText(64_400), '64 kbit/s');
  assert.equal(tile.resolution.whole?.({ width: 1280, height: 720 }), '1280 × 720');
  assert.equal(tile.resolution.whole?.({ height: 720 }), undefined);
  assert.equal(tile.loss.text(0.25), '0.3 %');
});
