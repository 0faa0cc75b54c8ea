import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode, proof, skipped, table, tally } from './proof.ts';

const held = proof('a', 1, true);
const failed = proof('b', 2, false);
const unshown = skipped('c', 'no history');

test('a run that could not show something is told from one that showed all, and from one that failed', () => {
  assert.equal(exitCode([held, held]), 0);
  assert.equal(exitCode([held, unshown]), 3);
  assert.equal(exitCode([unshown, failed]), 1);
});

test('what held, failed and was skipped is said in words and numbers', () => {
  const all = [held, failed, unshown];
  assert.equal(tally(all), '1 held, 1 failed, 1 skipped');
  assert.equal(table(all), 'held     a  1\nFAILED   b  2\nSKIPPED  c  no history');
});
