import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#operator/kube.ts';
import { newborns } from '#operator/room/newborns.ts';
import { aPod } from '../objects.ts';

const key = 'events/keynote';

/** A pod as the API server answers its creation. */
const made = (uid: string): Pod => {
  const { metadata, spec } = aPod('keynote-origin-aaaaa');
  const { nodeName: _, ...unplaced } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, uid },
    spec: unplaced,
    status: { phase: 'Pending' },
  };
};

test('a pod that was just made waits for its node, and not for long', () => {
  let nowMs = 1000;
  const waiting = newborns(() => nowMs);
  assert.equal(waiting.waitMs(key, made('a')), 300);
  nowMs += 100;
  assert.equal(waiting.waitMs(key, made('a')), 200);
  nowMs += 200;
  assert.equal(waiting.waitMs(key, made('a')), undefined);
  nowMs += 10_000;
  assert.equal(waiting.waitMs(key, made('a')), undefined);
  assert.equal(waiting.waitMs(key, made('b')), 300);
});

test('a pod that has a node, or of which the scheduler has said something, waits for nothing, and nor does none', () => {
  const waiting = newborns(() => 0);
  assert.equal(waiting.waitMs(key, aPod('a')), undefined);
  const unschedulable = { ...made('a'), status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } };
  assert.equal(waiting.waitMs(key, unschedulable), undefined);
  assert.equal(waiting.waitMs(key, undefined), undefined);
});
