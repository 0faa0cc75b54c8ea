import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import type { WatchedKind } from '#crds/operator-metrics.ts';
import { dated } from './conditions.ts';
import { unknown } from './finding.ts';
import { grantIt } from './refusal.ts';
import { type Unseen, wordsOf } from './unseen.ts';

/** What the operator makes: it has to see what there is of each before it begins. */
const waitedFor: readonly WatchedKind[] = [
  'LiveRoom',
  'Pod',
  'Service',
  'ConfigMap',
  'Ingress',
  'NetworkPolicy',
  'PodDisruptionBudget',
];

/**
 * What a room says while the operator may not see all that it makes, and so does nothing for any: that nobody knows whether
 * it is in order. The rest of its status is left as it was. Undefined where it merely takes its time.
 */
export function unbegun(room: LiveRoom, unseen: Unseen, nowMs: number): LiveRoomStatus | undefined {
  const words = wordsOf(waitedFor, unseen);
  if (words === '') return undefined;
  const before = room.status?.conditions ?? [];
  const message = `Nothing is done for any room until the operator has seen what there is, and it may not look: ${words}. ${grantIt}`;
  const [accepted, ready] = (['Accepted', 'Ready'] as const).map((type) => {
    const was = before.find((condition) => condition.type === type);
    // What is known to be wrong says more, and a room that is paused goes on by it.
    return was?.status === 'False' ? was : dated(type, unknown('PermissionMissing', message), was, { room, nowMs });
  });
  const others = before.filter(({ type }) => type !== 'Accepted' && type !== 'Ready');
  return { ...room.status, conditions: [accepted, ...others, ready].filter((condition) => condition !== undefined) };
}
