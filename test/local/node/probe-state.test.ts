import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstProbeState, probeState } from '#local/node/probe-state.ts';

describe('probes', () => {
  const after = (kind: 'startup' | 'liveness' | 'readiness', results: string) =>
    [...results].reduce(
      (state, result) => probeState(state, result === '+', { failureThreshold: 3, successThreshold: 2 }),
      firstProbeState(kind),
    ).verdict;
  for (const [kind, results, verdict] of [
    ['liveness', '', 'success'],
    ['liveness', '--', 'success'],
    ['liveness', '---', 'failure'],
    ['liveness', '--+--', 'success'],
    ['readiness', '', 'failure'],
    ['readiness', '+', 'failure'],
    ['readiness', '++', 'success'],
    ['readiness', '++-', 'success'],
    ['readiness', '++---', 'failure'],
    ['startup', '--', 'unknown'],
    ['startup', '--++', 'success'],
    ['startup', '---', 'failure'],
  ] as const) {
    test(`${kind} after ${results || 'nothing'} is ${verdict}`, () => assert.equal(after(kind, results), verdict));
  }
});
