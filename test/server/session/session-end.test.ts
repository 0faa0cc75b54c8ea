import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverMetric } from '#crds/metrics.ts';
import { departureBy } from '#server/session/session-end.ts';

test('a client says goodbye by DELETE, close_notify or RTCP BYE; all other ends come over it', () => {
  const reasons = serverMetric.sessionDuration.labels.reason;
  assert.deepEqual(
    reasons.filter((reason) => departureBy(reason) === 'Goodbye'),
    ['Deleted', 'Bye', 'Closed'],
  );
});
