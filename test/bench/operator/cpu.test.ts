import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineMs, processMs, processTreeMs, usedBetween } from './cpu.ts';

test('the CPU time of a process is read after its name, whatever that holds', () => {
  const stat = '7 (a (b) c d) S 1 7 7 0 -1 4194560 100 0 0 0 12 30 0 0 20 0 1 0 100 0 0';
  assert.equal(processMs(stat), 420);
  assert.equal(processMs(''), 0);
});

test('the CPU time of a process with its children holds that of those which have ended', () => {
  const stat = '7 (a) S 1 7 7 0 -1 4194560 100 0 0 0 12 30 5 6 20 0 1 0 100 0 0';
  assert.deepEqual([processMs(stat), processTreeMs(stat), processTreeMs('')], [420, 530, 0]);
});

test("the CPU time of the machine is all but idleness, and what the host took; a guest's is in the user's", () => {
  assert.equal(machineMs('cpu  10 20 30 1000 500 4 5 6 7 8\ncpu0 10 20 30 1000 500 4 5 6 7 8\n'), 750);
});

test('what was used between two moments holds processes that came to be, and is never below 0', () => {
  assert.deepEqual(usedBetween({ etcd: 10, other: 20 }, { etcd: 30, operator: 5, other: 19 }), {
    etcd: 20,
    operator: 5,
    other: 0,
  });
});
