import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reconnectingClient } from '#operator/cluster/client/reconnecting-client.ts';
import { leaderElection } from '#operator/cluster/lease/leader-election.ts';
import { eventually } from '#test/harness/eventually.ts';
import { freshSeed } from '#test/harness/seeded.ts';
import { chaos } from './faults/chaos.ts';
import { crashes } from './faults/crashes.ts';
import { door } from './faults/door.ts';
import { outage } from './faults/outage.ts';
import { permissions } from './faults/permissions.ts';
import { nameOfGrant } from './faults/role.ts';
import { type Stage, stage } from './faults/stage.ts';
import { nameOfTeller } from './faults/tellers.ts';

/** The short forms of `npm run soak`. SEED repeats a run. */

describe('an operator that meets with every kind of fault', () => {
  const seed = freshSeed();
  let on: Stage;
  before(async () => {
    console.log(`SEED=${seed}`);
    on = await stage();
  });
  after(() => on?.stop());

  test('ends where it would have ended, at whatever call it is killed', async () => {
    const { lived, failures } = await crashes(on, { everyNth: 24, offset: seed });
    assert.deepEqual(failures, []);
    assert.ok(lived > 2, `it was killed ${lived} times`);
  });

  test('loses no room while its requests fail', async () => {
    const { wrongs, writesAtRest, comparisons, missed, protocols } = await chaos(on, {
      seed,
      rooms: 20,
      forMs: 5_000,
      everyMs: 60,
      compareEveryMs: 1_000,
      trouble: { requests: 0.08, watches: 0.9, longestMs: 800, watchLifeMs: 3_000 },
      settleMs: 90_000,
    });
    assert.deepEqual(wrongs, []);
    assert.deepEqual(writesAtRest, []);
    assert.ok(comparisons > 0, 'nobody has looked whether something was missed');
    assert.equal(missed, 0, 'changes that a watch had not told');
    assert.deepEqual(protocols, ['h2'], 'as between any operator and its cluster');
  });

  test('keeps the Lease when its connection is dead without a sign', async () => {
    await using held = new AsyncDisposableStack();
    await on.namespace('led-on');
    let renewals = 0;
    const way = await door({
      server: on.server,
      fate: ({ method }) =>
        method === 'PUT' && ++renewals === 1 ? { kind: 'HalfOpen', forMs: 60_000, breaks: 'Connection' } : undefined,
    });
    held.defer(() => way.stop());
    const client = reconnectingClient(way.config);
    held.defer(() => client.close());
    const election = leaderElection({
      client,
      ...{ namespace: 'led-on', name: 'lease', identity: 'leader' },
      timing: { leaseMs: 10_000, renewMs: 5_000, retryMs: 500 },
      now: () => performance.now(),
      wallClock: Date.now,
      onError: () => undefined,
      onSilence: client.reconnect,
    });
    held.defer(() => election.release());
    await election.acquired;
    const end = await Promise.race([election.lost, eventually('it is renewed again', () => renewals > 2 && 'renewed')]);
    assert.equal(end, 'renewed');
  });

  test('says which permission it lacks to make what a room is made of, and to look at it', async () => {
    const making = ['services', 'configmaps', 'secrets', 'pods', 'ingresses'].map((resource) => `create ${resource}`);
    const missing = new Set([...making, 'list pods', 'watch pods']);
    const told = await permissions(on, {
      choose: (all) => all.filter((grant) => missing.has(nameOfGrant(grant))),
    });
    assert.equal(told.length, missing.size);
    for (const { grant, teller, message } of told)
      assert.ok(message !== undefined, `${nameOfTeller(teller)} does not tell of ${nameOfGrant(grant)}`);
  });

  test('makes up for what happened while the API server was away, and did not ask it all the time', async () => {
    await on.namespace('away');
    const { triesPerWatchSecond, syncedInMs } = await outage(on, { forMs: 3_000, namespace: 'away' });
    // In the first seconds the waits are shorter than later; without any there would be hundreds of tries.
    assert.ok(triesPerWatchSecond < 3, `${triesPerWatchSecond} requests a second for each watch`);
    assert.ok(syncedInMs < 20_000, `${syncedInMs} ms until all was as it was to be`);
  });
});
