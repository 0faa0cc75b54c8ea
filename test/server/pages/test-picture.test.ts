import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText } from '#server/http/pages/drawing.js';
import { secondOfSound } from '#server/http/pages/tone.js';

test('the clock always has the same width', () => {
  assert.equal(clockText(new Date(2026, 10, 2, 9, 5, 7, 3)), '09:05:07.003');
});

test('the second of sound repeats without a click, beeps at its start, and is never too loud', () => {
  const samples = secondOfSound(48_000);
  assert.equal(samples.length, 48_000);
  const steps = samples.map((sample, index) => Math.abs(sample - (samples.at(index - 1) ?? 0)));
  assert.ok((steps[0] ?? 1) < 0.01, `the seam jumps by ${steps[0]}`);
  const loudest = (from: number, to: number) => Math.max(...samples.slice(from, to).map(Math.abs));
  assert.ok(loudest(0, 5760) > 0.2);
  assert.ok(loudest(5760, 48_000) > 0.05 && loudest(5760, 48_000) < 0.1);
});
