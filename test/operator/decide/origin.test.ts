import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originPlan, published, switchMs } from '#operator/decide/origin.ts';
import type { Pod } from '#operator/kube.ts';
import { aPod } from '../objects.ts';

const nowMs = Date.parse('2026-11-01T14:00:00Z');

interface Traits {
  /** Pods to which somebody publishes, and ready ones that do not say. */
  readonly busy?: readonly string[];
  readonly unknown?: readonly string[];
  readonly mustGo?: readonly string[];
  readonly led?: readonly [podName: string, agoMs: number];
  readonly policy?: 'Immediate';
  readonly mayBegin?: boolean;
  readonly isSuspended?: boolean;
}

/** The plan in names: what there is, what is made in whose place, what is removed, where the Service leads. */
function planned(pods: readonly Pod[], traits: Traits = {}) {
  const { busy = [], unknown = [], mustGo = [], led, policy = 'WhenIdle', mayBegin = true } = traits;
  const plan = originPlan({
    pods,
    isSpecHash: (carried) => ['current', 'of-old'].includes(carried),
    isSuspended: traits.isSuspended ?? false,
    policy,
    published: ({ metadata: { name } }) => (busy.includes(name) ? 'Yes' : unknown.includes(name) ? 'Unknown' : 'No'),
    mustGo: ({ metadata: { name } }) => mustGo.includes(name),
    led: led && { podName: led[0], sinceMs: nowMs - led[1] },
    mayBegin,
    nowMs,
  });
  const { current, successor, create, remove, ...rest } = plan;
  return {
    current: current?.metadata.name,
    ...(successor && { successor: successor.metadata.name }),
    replaces: create?.replaces,
    remove: remove.map(({ metadata }) => metadata.name),
    ...rest,
  };
}

type Plan = ReturnType<typeof planned>;

/** The parts of a plan that matter to a test. */
const includes = (plan: Plan, part: { readonly [K in keyof Plan]?: Plan[K] | undefined }) =>
  assert.deepEqual(Object.fromEntries(Object.keys(part).map((key) => [key, plan[key as keyof typeof plan]])), part);

const old = aPod('a', { specHash: 'old' });
const starting = aPod('b', { isReady: false, madeAt: '2026-11-01T13:59:58Z' });
const next = aPod('b', { madeAt: '2026-11-01T13:59:50Z' });

test('a ready pod that does not say whether somebody publishes to it may have a publisher', () => {
  const room = { namespace: 'events', name: 'keynote', subscribers: 3 };
  const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };
  assert.equal(published(aPod('a'), 'Unasked'), 'Unknown');
  assert.equal(published(aPod('a'), 'Silent'), 'Unknown');
  assert.equal(published(aPod('a', { isReady: false }), 'Silent'), 'No');
  assert.equal(published(aPod('a'), { room }), 'No');
  assert.equal(published(aPod('a'), { room: undefined }), 'No');
  assert.equal(published(aPod('a', { isReady: false }), { room: { ...room, publisher } }), 'Yes');
});

test('without a pod the first one is made', () => {
  assert.deepEqual(planned([]), { current: undefined, replaces: '', remove: [], rollout: 'Replacing' });
});

test('a pod that fits the spec stays', () => {
  assert.deepEqual(planned([aPod('a')]), { current: 'a', replaces: undefined, remove: [], rollout: 'Current' });
});

test('a pod of an earlier release that fits the spec stays', () => {
  assert.equal(planned([aPod('a', { specHash: 'of-old' })]).rollout, 'Current');
});

test('a changed pod gets a successor when nobody publishes, and serves on meanwhile', () => {
  const plan = planned([old]);
  assert.deepEqual(plan, { current: 'a', replaces: 'a', remove: [], leadTo: 'a', rollout: 'Replacing' });
  const then = planned([old, starting], { led: ['a', 1000] });
  includes(then, { current: 'a', successor: 'b', replaces: undefined, remove: [], leadTo: 'a', rollout: 'Replacing' });
});

test('when the successor is ready, the Service leads to it', () => {
  includes(planned([old, next], { led: ['a', 9000] }), { current: 'a', leadTo: 'b', remove: [], againInMs: switchMs });
});

test('the old pod goes when nobody can come to it any more', () => {
  const justNow = planned([old, next], { led: ['b', 500] });
  includes(justNow, { current: 'b', leadTo: 'b', remove: [], rollout: 'Replacing', againInMs: switchMs - 500 });
  includes(planned([old, next], { led: ['b', switchMs] }), { current: 'b', leadTo: 'b', remove: ['a'] });
  includes(planned([next]), { current: 'b', leadTo: undefined, remove: [], rollout: 'Current' });
});

test('an old pod that does not say whether somebody has come to it stays until it does', () => {
  includes(planned([old, next], { led: ['b', switchMs], unknown: ['a'] }), { remove: [], againInMs: switchMs });
});

test('somebody who has come to the old pod at the last moment has the Service lead back', () => {
  const plan = planned([old, next], { led: ['b', 500], busy: ['a'] });
  includes(plan, { current: 'a', leadTo: 'a', remove: [], rollout: 'WaitingForIdle' });
});

test('somebody who publishes to the new pod keeps it, whoever is on the old one', () => {
  const plan = planned([old, next], { led: ['b', switchMs], busy: ['a', 'b'] });
  includes(plan, { current: 'b', leadTo: 'b', remove: [] });
});

test('a changed pod stays while somebody publishes', () => {
  includes(planned([old], { busy: ['a'] }), {
    current: 'a',
    replaces: undefined,
    remove: [],
    rollout: 'WaitingForIdle',
  });
  includes(planned([old], { unknown: ['a'] }), { replaces: undefined, rollout: 'WaitingForIdle' });
});

test('a successor stands by while somebody publishes to the old pod', () => {
  const plan = planned([old, next], { led: ['a', 9000], busy: ['a'] });
  includes(plan, { current: 'a', successor: 'b', leadTo: 'a', remove: [], rollout: 'WaitingForIdle' });
});

test('with the policy Immediate nobody is waited for, but for the successor', () => {
  const policy = 'Immediate';
  includes(planned([old], { policy, busy: ['a'] }), { replaces: 'a', leadTo: 'a', remove: [] });
  includes(planned([old, starting], { policy, busy: ['a'], led: ['a', 9000] }), { leadTo: 'a', remove: [] });
  includes(planned([old, next], { policy, busy: ['a'], led: ['a', 9000] }), { leadTo: 'b', remove: [] });
  includes(planned([old, next], { policy, busy: ['a'], led: ['b', switchMs] }), { leadTo: 'b', remove: ['a'] });
});

test('a successor that has been changed again before it was ready is replaced, and the first pod serves on', () => {
  const wrong = aPod('b', { specHash: 'wrong', isReady: false, madeAt: '2026-11-01T13:59:58Z' });
  const plan = planned([old, wrong], { led: ['a', 9000] });
  includes(plan, { current: 'a', replaces: 'b', leadTo: 'a', remove: ['b'], rollout: 'Replacing' });
});

test('a pod that does not say whether somebody came to it stays, though the one in its place is changed again', () => {
  const changed = aPod('b', { specHash: 'wrong', madeAt: '2026-11-01T13:59:50Z' });
  includes(planned([old, changed], { led: ['b', switchMs], unknown: ['a'] }), { current: 'b', remove: [] });
  includes(planned([old, changed], { led: ['b', switchMs] }), { current: 'b', remove: ['a'] });
});

test('a room that is changed again right after the Service was led elsewhere keeps the first pod until nobody comes there', () => {
  const changed = aPod('b', { specHash: 'wrong', madeAt: '2026-11-01T13:59:50Z' });
  const after = (ms: number, more: readonly Pod[] = [], traits: Traits = {}) =>
    planned([old, changed, ...more], { led: ['b', ms], ...traits });
  const rest = { current: 'b', leadTo: 'b', remove: [], againInMs: switchMs - 500 };
  includes(after(500), { ...rest, replaces: 'b' });
  includes(after(500, [aPod('c', { isReady: false })]), { ...rest, successor: 'c' });
  includes(after(500, [], { mayBegin: false }), { ...rest, rollout: 'WaitingForTurn' });
  includes(after(500, [], { busy: ['b'] }), { ...rest, rollout: 'WaitingForIdle' });
  includes(after(switchMs), { current: 'b', remove: ['a'], replaces: 'b' });
});

test('a change that is taken back needs no successor', () => {
  const wrong = aPod('b', { specHash: 'wrong', isReady: false });
  includes(planned([aPod('a'), wrong], { led: ['a', 9000] }), { current: 'a', leadTo: 'a', remove: ['b'] });
});

test('a changed pod that is not ready goes at once, as nobody can come to it', () => {
  const plan = planned([aPod('a', { specHash: 'old', isReady: false })]);
  includes(plan, { current: 'a', replaces: 'a', remove: ['a'], leadTo: undefined, rollout: 'Replacing' });
});

test('a pod that must go is replaced like a changed one', () => {
  includes(planned([aPod('a')], { mustGo: ['a'] }), { current: 'a', replaces: 'a', remove: [], leadTo: 'a' });
  includes(planned([aPod('a')], { mustGo: ['a'], busy: ['a'] }), { rollout: 'WaitingForIdle' });
});

test('a room whose turn it is not waits, unless its pod does not work anyway', () => {
  includes(planned([old], { mayBegin: false }), { replaces: undefined, remove: [], rollout: 'WaitingForTurn' });
  includes(planned([aPod('a', { specHash: 'old', isReady: false })], { mayBegin: false }), { replaces: 'a' });
});

test('a suspended room has no pods, whoever is on them', () => {
  const plan = planned([old, next, aPod('c', { isDeleted: true })], { isSuspended: true, busy: ['a'] });
  assert.deepEqual(plan, { current: undefined, replaces: undefined, remove: ['a', 'b'], rollout: 'Suspended' });
});

test('a pod that is being deleted is replaced at once, and left to drain', () => {
  const pods = [aPod('a', { isDeleted: true })];
  assert.deepEqual(planned(pods, { busy: ['a'] }), {
    current: undefined,
    replaces: 'a',
    remove: [],
    rollout: 'Replacing',
  });
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
  test(`of two pods that the Service leads to ${name} serves on`, () => {
    const { current, replaces } = planned(pods, { busy });
    assert.deepEqual({ current, replaces }, { current: 'kept', replaces: undefined });
  });
