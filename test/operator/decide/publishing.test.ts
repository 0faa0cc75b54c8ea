import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Condition } from '#crds/liveroom.ts';
import type { Seen } from '#operator/decide/seen.ts';
import { aCondition, nowMs, storedRoom } from '../objects.ts';
import { publisher, says } from './said.ts';

describe('Publishing', () => {
  const room = (before?: Condition) => storedRoom({}, before && { conditions: [before] });
  const nobody = { room: { namespace: 'events', name: 'keynote', subscribers: 0 } };
  const live = aCondition('Publishing', 'True', 'Publishing');
  const reconnecting = (secondsAgo: number) => ({
    ...aCondition('Publishing', 'False', 'Reconnecting'),
    lastTransitionTime: new Date(nowMs - secondsAgo * 1000).toISOString(),
  });

  const cases: Readonly<Record<string, readonly [Partial<Seen>, string]>> = {
    'with a publisher that sends': [{}, 'True/Publishing'],
    'with a publisher that sends nothing': [
      { audience: { room: { ...nobody.room, publisher: { ...publisher, sendsMedia: false } } } },
      'False/NoMedia',
    ],
    'before anybody came': [{ audience: nobody }, 'False/NoPublisher'],
    'when a publisher has just gone': [{ room: room(live), audience: nobody }, 'False/Reconnecting'],
    'within the grace period': [{ room: room(reconnecting(14)), audience: nobody }, 'False/Reconnecting'],
    'after the grace period': [{ room: room(reconnecting(15)), audience: nobody }, 'False/NoPublisher'],
    'when its pod is lost': [{ room: room(live), origin: undefined }, 'False/Reconnecting'],
    'when the pod has not been asked yet, it is what it was': [
      { room: room(live), audience: 'Unasked' },
      'True/Publishing',
    ],
    'when the pod does not answer': [{ room: room(live), audience: 'Silent' }, 'Unknown/StatsUnavailable'],
  };
  const ended = { room: { ...nobody.room, publisherEndedAt: '2026-11-01T14:00:00Z' } };
  const endings: typeof cases = {
    'when a publisher has just ended its session': [{ room: room(live), audience: ended }, 'False/NoPublisher'],
    'when one that was to come back has done so': [
      { room: room(reconnecting(1)), audience: ended },
      'False/NoPublisher',
    ],
    'when the next one is there': [{ audience: { room: { ...ended.room, publisher } } }, 'True/Publishing'],
  };
  for (const [name, [traits, verdict]] of Object.entries({ ...cases, ...endings }))
    test(`${name}: ${verdict}`, () => assert.equal(says('Publishing', traits)[0], verdict));

  for (const [graceMs, too, kept] of [
    [15_000, ', and how long viewers were to wait', '; viewers were to wait 15 s for the next'],
    [0, ' alone, where viewers were not to wait', ''],
  ] as const)
    test(`of a publisher that ended its session it is said when${too}`, () =>
      assert.deepEqual(says('Publishing', { room: room(live), audience: ended }, graceMs), [
        'False/NoPublisher',
        `Nobody publishes. The last publisher ended its session at 2026-11-01T14:00:00Z${kept}. An encoder sends to status.whipURL, with the token of publishers.`,
      ]));
});
