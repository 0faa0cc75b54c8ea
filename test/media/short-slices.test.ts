import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { askForShortSlices } from '#server/media/short-slices.ts';

/** What the scheduler says of this thread; empty where it does not say anything. */
function scheduled(): string {
  try {
    return readFileSync('/proc/thread-self/sched', 'utf8');
  } catch {
    return '';
  }
}

test('a thread gets the slices that it asks for, and keeps its priority and its policy', () => {
  const seen = () => scheduled().match(/^(policy|prio) .*$/gm);
  const [before, priority] = [seen(), getPriority()];
  const isGiven = askForShortSlices();
  const [, slice] = /se\.slice\s*:\s*(\d+)/.exec(scheduled()) ?? [];
  if (isGiven && slice !== undefined) assert.equal(slice, '100000');
  assert.deepEqual([seen(), getPriority()], [before, priority]);
});

test('where it cannot ask, nothing is the matter', () => {
  assert.equal(askForShortSlices('a processor of which nothing is known'), false);
});
