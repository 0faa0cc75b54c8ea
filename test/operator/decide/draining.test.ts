import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, LiveRoomStatus } from '#crds/liveroom.ts';
import type { RoomStats } from '#crds/pod-stats.ts';
import { drainEndsMs } from '#operator/decide/draining.ts';
import type { Audience, DrainingPod, Seen } from '#operator/decide/seen.ts';
import { report } from '#operator/decide/status.ts';
import { transitions } from '#operator/decide/transitions.ts';
import { aCondition, aPod, seenMonitoring, seenRoom, storedRoom } from '../objects.ts';

const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };
const has = (subscribers: number, more: Partial<RoomStats> = {}): Audience => ({
  room: { namespace: 'events', name: 'keynote', subscribers, ...more },
});
const old = (audience: Audience, name = 'keynote-origin-ooooo'): DrainingPod => ({
  pod: aPod(name, { isDeleted: true }),
  audience,
  endsMs: Date.parse('2026-11-01T14:09:00Z'),
});

/** The status of a room with a new origin on which nobody is, while `draining` go. */
function statusWith(draining: readonly DrainingPod[], traits: Partial<Seen> = {}): LiveRoomStatus {
  const seen: Seen = {
    room: storedRoom(),
    rejection: undefined,
    origin: aPod('keynote-origin-nnnnn'),
    refusal: undefined,
    rollout: 'Current',
    mediaAddress: { addresses: ['203.0.113.7'], port: 7000 },
    node: undefined,
    endpoint: seenRoom().endpoint,
    audience: has(0),
    draining,
    monitoring: seenMonitoring(),
    unseen: new Map(),
    besides: [],
    nowMs: Date.parse('2026-11-01T14:00:00Z'),
    ...traits,
  };
  const urls = { whipURL: 'w', whepURL: 'v', playerURL: 'p' };
  return report(seen, { urls, reconnectGraceMs: 15_000, shown: undefined }).status;
}

/** `status/reason: message` of one condition. */
function says({ conditions = [] }: LiveRoomStatus, wanted: string): string {
  const found = conditions.find(({ type }) => type === wanted);
  return `${found?.status}/${found?.reason}: ${found?.message}`;
}

const beforeWith = (...conditions: Condition[]) => storedRoom({}, { conditions, subscribers: 40 });

test('a publisher on the pod of a suspended room is not promised another', () => {
  const withPublisher = has(0, { publisher });
  const status = statusWith([old(withPublisher)], { origin: undefined, audience: has(0), rollout: 'Suspended' });
  assert.match(
    says(status, 'Publishing'),
    /which drains: it may stay as long as the pod does, and nobody else is let in/,
  );
});

test('viewers on a pod that drains are counted, and said to be waited for', () => {
  const status = statusWith([old(has(3))], { audience: has(2, { publisher }) });
  assert.equal(status.subscribers, 5);
  assert.equal(
    says(status, 'Draining'),
    'True/Draining: 1 pod waits for 3 viewers to leave, until 2026-11-01T14:09:00Z.',
  );
  assert.match(says(status, 'Publishing'), /^True\/Publishing: A publisher has been connected since [^ ]*$/);
  assert.match(says(status, 'Ready'), /^True/);
});

test('a publisher on a pod that drains is one, and it is said where', () => {
  const status = statusWith([old(has(1, { publisher }))]);
  assert.deepEqual(status.publisher, { connected: true, since: publisher.since });
  assert.match(says(status, 'Publishing'), /^True.* on pod keynote-origin-ooooo, which drains: .* until it reconnects/);
  assert.match(says(status, 'Draining'), /^True.* 1 pod waits for the publisher and 1 viewer to leave/);
});

test('that publisher is one too while the new pod is still starting', () => {
  const starting = aPod('keynote-origin-nnnnn', { isReady: false });
  const status = statusWith([old(has(3, { publisher }))], { origin: starting, audience: 'Unasked' });
  assert.equal(status.subscribers, 3);
  assert.match(says(status, 'Publishing'), /^True\/Publishing/);
});

test('several pods that drain are told together', () => {
  const status = statusWith([old(has(3)), old(has(4), 'keynote-origin-ppppp'), old(has(0), 'keynote-origin-qqqqq')]);
  assert.match(says(status, 'Draining'), /: 2 pods wait for 7 viewers to leave/);
});

test('a pod that nobody is on closes, and drains nothing', () => {
  for (const pods of [[], [old(has(0))], [old({ room: undefined })]])
    assert.match(says(statusWith(pods), 'Draining'), /^False\/NotDraining/);
});

test('a pod that drains and does not answer is nothing that is known', () => {
  const status = statusWith([old('Silent')], { audience: has(2) });
  assert.match(says(status, 'Draining'), /^Unknown\/StatsUnavailable: Pod keynote-origin-ooooo/);
  assert.equal(status.subscribers, 2);
});

test('an operator that has just started says what it said until the pods that drain have answered', () => {
  const room = beforeWith(aCondition('Draining', 'True', 'Draining'), aCondition('Publishing', 'True', 'Publishing'));
  const status = statusWith([old('Unasked')], { room });
  assert.equal(status.subscribers, 40);
  assert.match(says(status, 'Draining'), /^True/);
  assert.match(says(status, 'Publishing'), /^True/);
});

test('an origin that does not come up keeps nobody counted who has left', () => {
  const starting = aPod('keynote-origin-nnnnn', { isReady: false });
  const status = statusWith([], { origin: starting, audience: 'Unasked', room: beforeWith() });
  assert.equal(status.subscribers, 0);
  assert.deepEqual(status.publisher, { connected: false });
});

test('the begin and the end of a drain are one Event each', () => {
  const only = ({ conditions }: LiveRoomStatus) => conditions?.filter(({ type }) => type === 'Draining');
  const [calm, drains] = [only(statusWith([])), only(statusWith([old(has(3))]))];
  const reasons = (...pair: Parameters<typeof transitions>) =>
    transitions(...pair).map((one) => [one.type, one.reason]);
  assert.deepEqual(reasons(calm, drains), [['Normal', 'Draining']]);
  assert.deepEqual(reasons(drains, calm), [['Normal', 'NotDraining']]);
  assert.deepEqual(reasons(drains, only(statusWith([old(has(2))]))), []);
  assert.deepEqual(reasons([], calm), []);
});

test('a drain ends with its timeout, or with the grace period if that is shorter', () => {
  const deleted = (graceSeconds: number) => {
    const pod = aPod('a', { isDeleted: true });
    return { ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: graceSeconds } };
  };
  // The time of deletion is 13:00:00: when the grace period ends.
  const ends = (graceSeconds: number, audience: Audience = 'Unasked') =>
    new Date(drainEndsMs(deleted(graceSeconds), audience, 540_000)).toISOString();
  assert.equal(ends(570), '2026-11-01T12:59:30.000Z');
  assert.equal(ends(60), '2026-11-01T13:00:00.000Z');
  // What the pod was told before it was deleted counts, whatever the spec says since.
  const told = (time: string): Audience => ({ room: undefined, drainEndsMs: Date.parse(time) });
  assert.equal(ends(570, told('2026-11-01T12:55:00Z')), '2026-11-01T12:55:00.000Z');
  assert.equal(ends(570, told('2026-11-01T13:05:00Z')), '2026-11-01T13:00:00.000Z');
});
