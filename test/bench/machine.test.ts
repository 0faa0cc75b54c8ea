import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedProcessors, machine, machineText, watchLoad } from './machine.ts';

test('a table says on what machine it was measured, and how busy that was with other things', () => {
  const one = { node: 'v26.10.0', system: 'Linux 6.1.0', cpu: 'Some CPU', cores: 2, memoryGB: 8 };
  assert.equal(
    machineText(one, { before: 0.1, after: 2.346, othersPercent: 3.4 }),
    'Node v26.10.0, Linux 6.1.0, 2 × Some CPU, 8 GB; load 0.10 before and 2.35 after, others took 3 % of the CPUs',
  );
});

test('the machine and its load can be told here', async () => {
  const loadSince = await watchLoad();
  const { before, after, othersPercent } = await loadSince();
  assert.ok(
    [before, after, othersPercent].every((value) => value >= 0),
    'no figure of load is missing',
  );
  assert.ok(machine().cores > 0 && machine().memoryGB > 0);
});

for (const [list, wanted] of [
  ['0-1', [0, 1]],
  ['3', [3]],
  ['1,4-6', [1, 4, 5, 6]],
] as const)
  test(`a process that is allowed ${list} may run on ${wanted.length}`, () =>
    assert.deepEqual(allowedProcessors(`Cpus_allowed:\t3\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`), wanted));

test('without a word of the kernel no processor is known', () => assert.deepEqual(allowedProcessors(''), []));
