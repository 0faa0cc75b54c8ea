import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, nextStep } from '#server/http/pages/next-step.js';
import { Refusal } from '#server/http/pages/signalling.js';

const least = () => 0;
const most = () => 0.999999;
const refused = (status: number, retryAfterMs?: number) => new Refusal(status, 'in words', retryAfterMs);

const sentences: readonly (readonly [string, unknown, object])[] = [
  ['no server: reconnect', new Error('down'), { name: 'reconnecting', detail: 'down', afterMs: 500 }],
  ['a missing token: ask for it in the page’s own words', refused(401), { name: 'token', detail: '' }],
  ['nobody publishes: wait as long as the server says', refused(409, 2000), waiting(2000)],
  ['nobody publishes, no time given: 3 s', refused(409), waiting(3000)],
  ['the room is full: wait as long as the server says', refused(503, 7000), waiting(7000)],
  ['the room is full by its own limit: look again', refused(403), waiting(10_000)],
  ['an unknown room may come yet', refused(404), waiting(10_000)],
  ['too many requests: wait', refused(429, 1000), waiting(1000)],
  ['a failing server: reconnect', refused(502), { name: 'reconnecting', detail: 'in words', afterMs: 500 }],
  ['an offer that nobody can use stays so', refused(422), { name: 'refused', detail: 'in words' }],
  ['a Retry-After does not make a bad request good', refused(400, 1000), { name: 'refused', detail: 'in words' }],
];

function waiting(afterMs: number) {
  return { name: 'waiting', detail: 'in words', afterMs };
}

for (const [name, failure, step] of sentences) {
  test(name, () => assert.deepEqual(nextStep(failure, 0, least), step));
}

test('a wrong token: say that it is wrong, and not how to send it', () => {
  const step = nextStep(new Refusal(401, 'Send it as "Authorization: …"', undefined, true), 0, least);
  assert.equal(step.name, 'token');
  assert.match(step.detail, /^That token does not fit/);
});

test('back-off doubles up to 15 s and never falls below half of that', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 500].map((failures) => backoffMs(failures, least)),
    [500, 1000, 2000, 4000, 7500, 7500, 7500],
  );
  assert.deepEqual(
    [0, 1, 4, 500].map((failures) => backoffMs(failures, most)),
    [1000, 2000, 15_000, 15_000],
  );
});

test('the viewers of one room do not all return at the same moment', () => {
  const step = nextStep(refused(409, 4000), 0, most);
  assert.ok('afterMs' in step && step.afterMs > 4900 && step.afterMs <= 5000);
});
