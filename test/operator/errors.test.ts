import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { NotLeading } from '#operator/cluster/client/fenced-client.ts';
import { RoomGone } from '#operator/cluster/client/rooms-now.ts';
import { TooLong } from '#operator/cluster/queue/outcome.ts';
import { failureOf, outcomeOf } from '#operator/errors.ts';
import { flakyServer, reset } from './cluster/flaky-server.ts';

const refusal = (status: number, more: ConstructorParameters<typeof ApiError>[2] = {}) =>
  new ApiError(status, { message: 'no' }, more);
const terminating = new ApiError(403, { details: { causes: [{ reason: 'NamespaceTerminating' }] } });

const cases: readonly (readonly [what: string, error: unknown, ...ReturnType<typeof judged>])[] = [
  ['a conflict is looked at again at once', refusal(409), 'Conflict', { kind: 'again' }],
  ['what is invalid waits for an edit, or 4 minutes', refusal(422), 'Invalid', { kind: 'backoff', atLeastMs: 240_000 }],
  ['so does what cannot be read', refusal(400), 'Invalid', { kind: 'backoff', atLeastMs: 240_000 }],
  ['what is forbidden waits half a minute', refusal(403), 'Forbidden', { kind: 'backoff', atLeastMs: 30_000 }],
  [
    'who asks too much waits for as long as the server says',
    refusal(429, { retryAfterMs: 7_000 }),
    'Throttled',
    { kind: 'backoff', atLeastMs: 7_000, isHeld: true },
  ],
  [
    'or for its own back-off where it says nothing',
    refusal(429),
    'Throttled',
    { kind: 'backoff', atLeastMs: 0, isHeld: true },
  ],
  [
    'a server that asks for time gets it',
    refusal(503, { retryAfterMs: 1_000 }),
    'Throttled',
    { kind: 'backoff', atLeastMs: 1_000, isHeld: true },
  ],
  ['a server that fails is left alone for a while', refusal(500), 'Server', { kind: 'backoff' }],
  ['so is one that took too long', new TooLong(60_000), 'Timeout', { kind: 'backoff' }],
  ['a mistake of our own is told from all that', new TypeError('x is undefined'), 'Bug', { kind: 'backoff' }],
  ['nothing can be made in a namespace that goes', terminating, undefined, { kind: 'done' }],
  ['nothing is to be done for a room that is gone', new RoomGone('events/keynote'), undefined, { kind: 'done' }],
  [
    'who does not lead has not failed, and may lead again',
    new NotLeading('PATCH', '/api'),
    undefined,
    { kind: 'backoff' },
  ],
];

const judged = (error: unknown) => [failureOf(error), outcomeOf(error)] as const;
for (const [what, error, failure, outcome] of cases)
  test(what, () => assert.deepEqual(judged(error), [failure, outcome]));

test('connections that break and servers that are away are failures of the network', async () => {
  const server = await flakyServer([reset]);
  const client = kubeClient({ server: server.url });
  const failing = () => client.request('GET', '/api').catch((error: unknown) => failureOf(error));
  assert.equal(await failing(), 'Network');
  await server.stop();
  assert.equal(await failing(), 'Network');
  await client.close();
});
