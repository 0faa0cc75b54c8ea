import type { LiveRoom } from '#crds/liveroom.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import type { HostPorts } from '../host-ports.ts';
import type { Families } from './families.ts';

export interface RoomsSeen {
  rooms(): Iterable<LiveRoom>;
  hostPorts: HostPorts['count'];
}

export function roomMetrics(make: Families, { rooms, hostPorts }: RoomsSeen): void {
  make.read(operatorMetric.rooms, () => [[{}, [...rooms()].length]]);
  make.read(operatorMetric.roomReady, () =>
    [...rooms()].map(({ metadata: { namespace, name }, status }) => {
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
}
