import type { LiveRoom } from '#crds/liveroom.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { roomKey } from '../cluster/keys.ts';
import type { HostPorts } from '../room/host-ports.ts';
import type { Restarts } from '../room/restarts.ts';
import type { Families } from './families.ts';

export interface RoomsSeen {
  rooms(): readonly LiveRoom[];
  hostPorts: HostPorts['count'];
  restarts: Restarts['totals'];
}

export function roomMetrics(make: Families, { rooms, hostPorts, restarts }: RoomsSeen): void {
  make.read(operatorMetric.rooms, () => [[{}, rooms().length]]);
  make.read(operatorMetric.roomsByCondition, () => {
    const { condition: types, status: statuses } = operatorMetric.roomsByCondition.labels;
    const counts = new Map(types.map((type) => [type as string, { True: 0, False: 0, Unknown: 0 }]));
    for (const room of rooms())
      for (const { type, status } of room.status?.conditions ?? []) {
        const count = counts.get(type);
        if (count !== undefined) count[status]++;
      }
    return types.flatMap((condition) =>
      statuses.map((status) => [{ condition, status }, counts.get(condition)?.[status] ?? 0] as const),
    );
  });
  make.read(operatorMetric.roomReady, () =>
    rooms()
      .values()
      .filter(isExpected)
      .map((room) => [labelsOf(room), isReady(room) ? 1 : 0] as const),
  );
  make.read(operatorMetric.hostPorts, () => {
    const { used, free } = hostPorts();
    return [
      [{ state: 'used' }, used],
      [{ state: 'free' }, free],
    ];
  });
  make.read(operatorMetric.serverRestarts, () => {
    const totals = restarts();
    return rooms()
      .values()
      .map((room) => [labelsOf(room), totals.get(roomKey(room)) ?? 0] as const);
  });
}

const labelsOf = ({ metadata: { namespace, name } }: LiveRoom) => ({ namespace, room: name });

/** A room that somebody has put away is not missed. */
const isExpected = ({ spec }: LiveRoom): boolean => !spec.suspend;

const isReady = ({ status }: LiveRoom): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
