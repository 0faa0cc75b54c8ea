import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chaos } from './faults/chaos.ts';
import { crashes } from './faults/crashes.ts';
import { outage } from './faults/outage.ts';
import { permissions } from './faults/permissions.ts';
import { type Grant, nameOfGrant } from './faults/role.ts';
import { type Stage, stage } from './faults/stage.ts';
import { freshSeed, seeded } from './media/seeded.ts';

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
    const { lived, failures } = await crashes(on, { everyNth: 12, offset: seed });
    assert.deepEqual(failures, []);
    assert.ok(lived > 2, `it was killed ${lived} times`);
  });

  test('loses no room while its requests fail', async () => {
    const { wrongs, writesAtRest } = await chaos(on, {
      seed,
      rooms: 20,
      forMs: 5_000,
      everyMs: 60,
      trouble: { requests: 0.08, watches: 0.9, longestMs: 800, watchLifeMs: 3_000 },
      settleMs: 90_000,
    });
    assert.deepEqual(wrongs, []);
    assert.deepEqual(writesAtRest, []);
  });

  test('says which permission it lacks', async () => {
    const random = seeded(seed);
    // Missed as soon as there is a room.
    const isMissedAtOnce = ({ group, verb }: Grant) => verb === 'create' && ['', 'networking.k8s.io'].includes(group);
    const choose = (all: readonly Grant[]) => {
      const first = all.filter(isMissedAtOnce);
      return first.toSpliced(0, Math.floor(random() * (first.length - 1))).slice(0, 2);
    };
    const told = await permissions(on, { choose });
    assert.equal(told.length, 2);
    for (const { grant, by } of told) assert.ok(by !== undefined, `nobody tells of ${nameOfGrant(grant)}`);
  });

  test('makes up for what happened while the API server was away', async () => {
    await on.namespace('away');
    await outage(on, { forMs: 3_000, namespace: 'away' });
  });
});
