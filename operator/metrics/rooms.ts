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
