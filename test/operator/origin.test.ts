import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originPlan } from '#operator/decide/origin.ts';
import type { Pod } from '#operator/kube.ts';
import { aPod } from './objects.ts';

const nowMs = Date.parse('2026-11-01T14:00:00Z');

/** The plan in names: what there is, what is made in whose place, what is removed. */
function planned(pods: readonly Pod[], busy: readonly string[] = []) {
  const plan = originPlan({ pods, specHash: 'current', isBusy: (pod) => busy.includes(pod.metadata.name), nowMs });
  const { current, create, remove, ...rest } = plan;
  return {
    current: current?.metadata.name,
    replaces: create?.replaces,
    remove: remove.map(({ metadata }) => metadata.name),
    ...rest,
  };
}

test('without a pod the first one is made', () => {
  assert.deepEqual(planned([]), { current: undefined, replaces: '', remove: [], rollout: 'Replacing' });
});

test('a pod that fits the spec stays', () => {
  assert.deepEqual(planned([aPod('a')]), { current: 'a', replaces: undefined, remove: [], rollout: 'Current' });
});

test('a changed pod is replaced when nobody publishes', () => {
  const pods = [aPod('a', { specHash: 'old' })];
  assert.deepEqual(planned(pods), { current: 'a', replaces: 'a', remove: ['a'], rollout: 'Replacing' });
});

test('a changed pod stays while somebody publishes', () => {
  const pods = [aPod('a', { specHash: 'old' })];
  assert.deepEqual(planned(pods, ['a']), {
    current: 'a',
    replaces: undefined,
    remove: [],
    rollout: 'WaitingForIdle',
  });
});

test('a pod that is being deleted is replaced at once, and left to drain', () => {
  const pods = [aPod('a', { isDeleted: true })];
  assert.deepEqual(planned(pods, ['a']), { current: undefined, replaces: 'a', remove: [], rollout: 'Replacing' });
});

test('its successor is not made again', () => {
  const pods = [aPod('a', { isDeleted: true }), aPod('b')];
  assert.deepEqual(planned(pods), { current: 'b', replaces: undefined, remove: [], rollout: 'Current' });
});

test('a failed pod is replaced and removed', () => {
  const pods = [aPod('a', { phase: 'Failed', madeAt: '2026-11-01T13:59:00Z' })];
  assert.deepEqual(planned(pods), { current: undefined, replaces: 'a', remove: ['a'], rollout: 'Replacing' });
});

test('a pod that failed at once is not replaced at once', () => {
  const pods = [aPod('a', { phase: 'Failed', madeAt: '2026-11-01T13:59:57Z' })];
  assert.deepEqual(planned(pods), {
    current: undefined,
    replaces: undefined,
    remove: [],
    rollout: 'Replacing',
    againInMs: 7000,
  });
});

test('the newest of several former pods is the one that is replaced', () => {
  const pods = [
    aPod('a', { isDeleted: true, madeAt: '2026-11-01T12:00:00Z' }),
    aPod('b', { isDeleted: true, madeAt: '2026-11-01T13:00:00Z' }),
  ];
  assert.equal(planned(pods).replaces, 'b');
});

const surplus: readonly [string, readonly Pod[], readonly string[]][] = [
  ['the one that is published to', [aPod('other'), aPod('kept', { specHash: 'old' })], ['kept']],
  ['the one that fits the spec', [aPod('other', { specHash: 'old' }), aPod('kept')], []],
  ['the one that is ready', [aPod('other', { isReady: false }), aPod('kept')], []],
  ['the older one', [aPod('other', { madeAt: '2026-11-01T12:30:00Z' }), aPod('kept')], []],
];
for (const [name, pods, busy] of surplus)
  test(`of two pods ${name} stays`, () => {
    const { current, remove, replaces } = planned(pods, busy);
    assert.deepEqual({ current, remove, replaces }, { current: 'kept', remove: ['other'], replaces: undefined });
  });
