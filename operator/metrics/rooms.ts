import type { LiveRoom } from '#crds/liveroom.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import type { HostPorts } from '../room/host-ports.ts';
import type { Restarts } from '../room/restarts.ts';
import type { Families } from './families.ts';

export interface RoomsSeen {
  rooms(): Iterable<LiveRoom>;
  hostPorts: HostPorts['count'];
  restarts: Restarts['totals'];
}

export function roomMetrics(make: Families, { rooms, hostPorts, restarts }: RoomsSeen): void {
  make.read(operatorMetric.rooms, () => [[{}, [...rooms()].length]]);
  make.read(operatorMetric.roomsByCondition, () => {
    const { condition: types, status: statuses } = operatorMetric.roomsByCondition.labels;
    const counts = new Map<string, number>();
    for (const room of rooms())
      for (const { type, status } of room.status?.conditions ?? [])
        counts.set(`${type} ${status}`, (counts.get(`${type} ${status}`) ?? 0) + 1);
    return types.flatMap((condition) =>
      statuses.map((status) => [{ condition, status }, counts.get(`${condition} ${status}`) ?? 0] as const),
    );
  });
  make.read(operatorMetric.roomReady, () =>
    [...rooms()].filter(isExpected).map(({ metadata: { namespace, name }, status }) => {
      const isReady = status?.conditions?.some(
        (condition) => condition.type === 'Ready' && condition.status === 'True',
      );
      return [{ namespace, room: name }, isReady ? 1 : 0] as const;
    }),
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
    return [...rooms()].map(({ metadata: { namespace, name } }) => {
      return [{ namespace, room: name }, totals.get(`${namespace}/${name}`) ?? 0] as const;
    });
  });
}

/** A room that somebody has put away is not missed. */
const isExpected = ({ spec }: LiveRoom): boolean => !spec.suspend;
