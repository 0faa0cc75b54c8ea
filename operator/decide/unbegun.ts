import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import { dated } from './conditions.ts';
import { unknown } from './finding.ts';
import { type Unseen, wordsOf } from './unseen.ts';

/**
 * What a room says while the operator has yet to see all that it may find, and so does nothing for any: that nobody knows
 * whether it is in order. The rest of its status is left as it was.
 */
export function unbegun(room: LiveRoom, unseen: Unseen, nowMs: number): LiveRoomStatus {
  const before = room.status?.conditions ?? [];
  const message = `Nothing is done for any room until the operator has seen what there is, and it may not look: ${wordsOf([...unseen.keys()].toSorted(), unseen)}. Grant it in the operator's ClusterRole.`;
  const [accepted, ready] = (['Accepted', 'Ready'] as const).map((type) => {
    const was = before.find((condition) => condition.type === type);
    return dated(type, unknown('PermissionMissing', message), was, { room, nowMs });
  });
  const others = before.filter(({ type }) => type !== 'Accepted' && type !== 'Ready');
  return { ...room.status, conditions: [accepted, ...others, ready].filter((condition) => condition !== undefined) };
}
