import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deletion } from '#local/node/deletion.ts';
import { seenPod } from './seen-pod.ts';

const second = 1000;
const now = 1_000 * second;

describe('deletion', () => {
  const deletedWith = (seconds: number) =>
    seenPod({}, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: seconds });

  test('a pod that is not deleted has none', () => assert.equal(deletion(seenPod(), undefined, now), undefined));

  test('its grace period counts from when it was seen, can be shortened, and never lengthened', () => {
    const first = deletion(deletedWith(30), undefined, now);
    assert.equal(first?.killAt, now + 30 * second);
    assert.deepEqual(deletion(deletedWith(30), first, now + 5 * second), first);
    assert.equal(deletion(deletedWith(2), first, now + 5 * second)?.killAt, now + 7 * second);
    assert.equal(deletion(deletedWith(28), first, now + 20 * second)?.killAt, now + 30 * second);
    assert.deepEqual(deletion(deletedWith(60), first, now), first);
  });
});
