import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbours } from '#server/neighbours.ts';
import { podMark } from '#server/peers/session-ids.ts';
import { fakeClock } from '../fake-clock.ts';

test('who is not on the list of other pods is gone, but not to a pod that drains: its list is not kept any more', () => {
  const state = { isDraining: false, settings: { sharedSecrets: [], otherPods: ['of-before'] } };
  const { peers } = neighbours({
    config: { peer: { keysDir: '/keys', podUid: 'ours', othersFile: '/other-pods' } },
    state,
    at: () => ({ address: '10.0.0.1', port: 1 }),
    clock: fakeClock(),
  });
  const isGone = (uid: string) => peers.isGone({ address: '10.0.0.2', port: 1, pod: podMark(uid) });
  assert.deepEqual([isGone('of-before'), isGone('next')], [false, true]);
  state.isDraining = true;
  assert.deepEqual([isGone('of-before'), isGone('next')], [false, false]);
});
