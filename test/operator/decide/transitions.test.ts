import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Condition } from '#crds/liveroom.ts';
import { transitions } from '#operator/decide/transitions.ts';
import { aCondition } from '../objects.ts';

describe('an Event', () => {
  const told = (before: readonly Condition[], after: readonly Condition[]) =>
    transitions(before, after).map(({ type, reason }) => `${type} ${reason}`);
  const pending = aCondition('OriginReady', 'False', 'PodPending');
  const ready = aCondition('OriginReady', 'True', 'OriginReady');

  test('is told of a change of status', () => assert.deepEqual(told([pending], [ready]), ['Normal OriginReady']));
  test('is told of a change of reason', () => {
    const crashes = aCondition('OriginReady', 'False', 'CrashLooping');
    assert.deepEqual(told([pending], [crashes]), ['Warning CrashLooping']);
  });
  test('is not told of another message', () => assert.deepEqual(told([pending], [{ ...pending, message: 'x' }]), []));
  test('is told once of a reason that Ready repeats', () => {
    const crashes = (type: string) => aCondition(type, 'False', 'CrashLooping');
    assert.deepEqual(told([ready, aCondition('Ready', 'True', 'Ready')], [crashes('OriginReady'), crashes('Ready')]), [
      'Warning CrashLooping',
    ]);
  });
  test('is told of each thing that is wrong for the same reason, and once of what Ready repeats', () => {
    const used = (type: string, what: string) => ({
      ...aCondition(type, 'False', 'QuotaExceeded'),
      message: `${what}: exceeded quota.`,
    });
    const after = [used('Accepted', 'services'), used('MonitoringReady', 'servicemonitors'), used('Ready', 'services')];
    assert.deepEqual(
      transitions([], after).map(({ message }) => message),
      ['services: exceeded quota.', 'servicemonitors: exceeded quota.'],
    );
  });
  test('is told once of what is ordinary, though each condition has its own words for it', () => {
    const suspended = ['OriginReady', 'Progressing', 'Ready'].map((type) => ({
      ...aCondition(type, 'False', 'Suspended'),
      message: `${type}: suspended.`,
    }));
    assert.deepEqual(told([ready], suspended), ['Normal Suspended']);
  });
  test('is told once of a room that becomes Ready with all its parts', () => {
    const now = ['OriginReady', 'EndpointReady', 'Ready'].map((type) => aCondition(type, 'True', type));
    const rollout = aCondition('Progressing', 'False', 'RolloutComplete');
    assert.deepEqual(told([pending], [...now, rollout]), ['Normal Ready']);
    assert.deepEqual(told([...now, aCondition('Progressing', 'True', 'RollingOut')], [...now, rollout]), [
      'Normal RolloutComplete',
    ]);
  });
  test('is not told of what a new room is not yet', () => assert.deepEqual(told([], [pending]), []));
  test('is not told of its spec being in use and its first pod brought up', () => {
    const accepted = aCondition('Accepted', 'True', 'Accepted');
    assert.deepEqual(told([], [accepted, aCondition('Progressing', 'True', 'RollingOut')]), []);
  });
  test('is told of a spec that can be used after all', () => {
    const [taken, accepted] = [
      aCondition('Accepted', 'False', 'NameConflict'),
      aCondition('Accepted', 'True', 'Accepted'),
    ];
    assert.deepEqual(told([taken], [accepted]), ['Normal Accepted']);
  });
  test('is told of what is wrong with a new room', () => {
    assert.deepEqual(told([], [aCondition('Accepted', 'False', 'NameConflict')]), ['Warning NameConflict']);
  });
});
