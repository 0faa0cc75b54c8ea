import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAnswered, noteResent, resentLately, wasResent } from '#server/media/down/resent-lately.ts';

test('who asks is answered once in half a round trip, as it is known, assumed, or believed', () => {
  for (const [roundTripMs, wait] of [
    [80, 40],
    [-1, 50],
    [5000, 150],
  ] as const) {
    const lately = resentLately();
    assert.equal(isAnswered(lately, 7, 1000, roundTripMs), false);
    noteResent(lately, 7, 1000);
    assert.equal(isAnswered(lately, 7, 999 + wait, roundTripMs), true);
    assert.equal(isAnswered(lately, 8, 999 + wait, roundTripMs), false);
    assert.equal(isAnswered(lately, 7, 1000 + wait, roundTripMs), false);
  }
});

test('of packets that share a slot the later counts', () => {
  const lately = resentLately();
  noteResent(lately, 7, 0);
  noteResent(lately, 7 + 128, 2);
  assert.equal(isAnswered(lately, 7, 3, 100), false);
  assert.equal(isAnswered(lately, 7 + 128, 3, 100), true);
});

test('it is known for long whether a packet was sent again before', () => {
  const lately = resentLately();
  assert.equal(wasResent(lately, 7), false);
  noteResent(lately, 7, 0);
  assert.deepEqual([wasResent(lately, 7), wasResent(lately, 7 + 128)], [true, false]);
});
