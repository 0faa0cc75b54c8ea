import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { fuzz } from './fuzz.ts';
import { fuzzHandshakes } from './handshake.ts';
import { mediaTargets } from './media-targets.ts';
import { signallingTargets } from './signalling-targets.ts';

const budgets = [
  ...mediaTargets.map((target) => ({ target, rounds: 6000 })),
  ...signallingTargets.map((target) => ({ target, rounds: 3000 })),
];

for (const { target, rounds } of budgets)
  test(`${target.name}: of ${rounds} messages that were changed on their way none does harm`, (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const { read, refused } = fuzz<never>(target as never, seeded(seed), rounds);
    t.diagnostic(`${read} read, ${refused} refused`);
    assert.ok(read > rounds / 20, `only ${read} of ${rounds} were read`);
  });

test('of handshakes whose datagrams were changed on their way none does harm, and keys are those of the client', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const { keyed, ended } = await fuzzHandshakes(seeded(seed), 60);
  t.diagnostic(`${keyed} came to keys, ${ended} ended`);
  assert.ok(keyed > 0 && keyed < 60);
});
