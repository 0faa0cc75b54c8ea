import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineMs, processMs, usedBetween } from './cpu.ts';
import { scrapeOf } from './process.ts';

const { sum } = scrapeOf(`# HELP asked_total Requests.
# TYPE asked_total counter
asked_total{code="200",method="GET"} 3
asked_total{code="201",method="POST"} 4
# HELP asked_total_more Others.
# TYPE asked_total_more gauge
asked_total_more 100
# HELP none_total Nothing so far.
# TYPE none_total counter
`);

test('the series of a family are summed up, and those of another whose name begins alike are not', () => {
  assert.equal(sum('asked_total'), 7);
  assert.equal(sum('asked_total', /method="GET"/), 3);
  assert.equal(sum('asked_total_more'), 100);
});

test('a family without a series is 0, and one that is not there an error', () => {
  assert.equal(sum('none_total'), 0);
  assert.throws(() => sum('asked'), /no metric asked$/);
});

test('the CPU time of a process is read after its name, whatever that holds', () => {
  const stat = '7 (a (b) c d) S 1 7 7 0 -1 4194560 100 0 0 0 12 30 0 0 20 0 1 0 100 0 0';
  assert.equal(processMs(stat), 420);
  assert.equal(processMs(''), 0);
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
