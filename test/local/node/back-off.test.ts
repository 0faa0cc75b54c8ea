import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { raised, restartAt } from '#local/node/back-off.ts';

const second = 1000;

describe('back-off', () => {
  test('doubles from 10 s to 5 min', () => {
    let backOff = raised(undefined, 0, 0);
    const delays = [backOff.delayMs];
    for (let restart = 1; restart < 8; restart++) {
      const finishedAt = backOff.raisedAt + second;
      backOff = raised(backOff, finishedAt, restartAt(backOff, finishedAt));
      delays.push(backOff.delayMs);
    }
    assert.deepEqual(
      delays.map((ms) => ms / second),
      [10, 20, 40, 80, 160, 300, 300, 300],
    );
  });

  test('begins anew after more than 10 minutes since the last restart', () => {
    const long = { delayMs: 300 * second, raisedAt: 0 };
    assert.equal(restartAt(long, 600 * second), 900 * second);
    assert.equal(restartAt(long, 600 * second + 1), 600 * second + 1);
    assert.equal(raised(long, 601 * second, 601 * second).delayMs, 10 * second);
  });
});
