import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTimes } from '#server/log.ts';

test('times are those of ISO 8601, within a second, over its end, back again, and before 1970', () => {
  const timeOf = isoTimes();
  for (const ms of [0, 7, 999, 1000, 1_795_000_000_012, 1_795_000_000_999, 1_795_000_001_000, 1_794_999_999_999, -1])
    assert.equal(timeOf(ms), new Date(ms).toISOString());
});
