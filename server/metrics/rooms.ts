import { kinds } from '#crds/metric-family.ts';
import { roomMetric } from '#crds/room-metrics.ts';
import type { Meter } from '../meter.ts';
import { inUse, type Status } from '../observation/status.ts';
import { type Families, roomLabel } from './families.ts';

/** Who is in the rooms. A room that is configured has its series, at zero while nobody is in it. */
export function roomMetrics(families: Families, seen: () => Status): Partial<Meter> {
  families.gauge(roomMetric.rooms, (gauge) => gauge.set(inUse(seen().rooms).rooms));
  families.gauge(roomMetric.roomsPublishing, (gauge) =>
    gauge.set(seen().rooms.filter(({ publisher }) => publisher?.sendsMedia).length),
  );
  const ofRooms = [
    [roomMetric.subscribers, ({ subscribers }) => subscribers],
    [roomMetric.subscribersHeldBack, ({ heldBack }) => heldBack],
    [roomMetric.roomPublishing, ({ publisher }) => (publisher?.sendsMedia ? 1 : 0)],
    [roomMetric.roomMaxSubscribers, ({ maxSubscribers }) => maxSubscribers],
    [roomMetric.roomHealth, ({ publisher }) => health(publisher?.silentForMs ?? 0)],
  ] as const satisfies readonly (readonly [object, (room: Status['rooms'][number]) => number])[];
  for (const [family, value] of ofRooms) {
    families.gauge(family, (gauge) => {
      gauge.reset();
      for (const room of seen().rooms) gauge.set({ room: room.name }, value(room));
    });
  }
  thresholds(families, seen);
  return roomEvents(families, seen);
}

/** 1 up to 5 s of silence, which a lost connection or a busy encoder may cause; 0 from 30 s on. */
const health = (silentForMs: number) => Math.min(1, Math.max(0, (30_000 - silentForMs) / 25_000));

function thresholds(families: Families, seen: () => Status) {
  families.gauge(roomMetric.roomAlertThreshold, (gauge) => {
    gauge.reset();
    for (const { name: room, alerts } of seen().rooms) {
      gauge.set({ room, alert: 'HighSubscriberCount' }, alerts.highSubscriberCount);
      gauge.set({ room, alert: 'NearCapacity' }, alerts.nearCapacityPercent);
      gauge.set({ room, alert: 'NoPublisher' }, alerts.publisherExpected === 'Always' ? 1 : 0);
    }
  });
}

function roomEvents(families: Families, seen: () => Status): Partial<Meter> {
  const duration = families.histogram(roomMetric.roomDuration);
  const mismatches = families.counter(roomMetric.codecMismatches, (counter) => {
    for (const { name: room } of seen().rooms) counter.begin(room, () => kinds.map((kind) => ({ room, kind })));
  });
  const rejections = families.counter(roomMetric.capacityRejections, (counter) => {
    for (const { name: room } of seen().rooms) counter.begin(room, () => [{ room, scope: 'room' }]);
  });
  return {
    roomLeft: (_room, seconds) => duration.observe({}, seconds),
    codecMissing: (room, kind) => mismatches.inc({ room: roomLabel(room), kind }),
    roomFull: (room) => rejections.inc({ room: roomLabel(room), scope: 'room' }),
  };
}
