import { mediaMetric } from '#crds/media-metrics.ts';
import { directions, kinds } from '#crds/metric-family.ts';
import { roomMetric } from '#crds/room-metrics.ts';
import type { RoomCounters, Volume } from '../media/counts.ts';
import type { Status } from '../observation/status.ts';
import { type Families, roomLabel } from './families.ts';

const ofRooms = [
  [mediaMetric.rtpPackets, ({ sentPackets }) => sentPackets],
  [mediaMetric.rtpBytes, ({ sentBytes }) => sentBytes],
  [mediaMetric.rtpReceivedPackets, ({ receivedPackets }) => receivedPackets],
  [mediaMetric.rtpReceivedBytes, ({ receivedBytes }) => receivedBytes],
] as const satisfies readonly (readonly [object, (counters: RoomCounters) => number])[];

/** What flows through the rooms. The media thread counts; a scrape reads. */
export function rtpMetrics(families: Families, seen: () => Status): void {
  for (const [family, value] of ofRooms) {
    families.counter(family, (counter) => {
      counter.reset();
      for (const [room, counters] of byRoom(seen())) counter.inc({ room }, value(counters));
    });
  }
  heldUp(families, seen);
  ofThePod(families, seen);
}

const byRoom = ({ counters }: Status) =>
  Object.entries(counters).map(([id, counted]) => [roomLabel(id), counted] as const);

/** What does not flow. */
function heldUp(families: Families, seen: () => Status): void {
  for (const [family, value] of volumes(mediaMetric.rtpWithheldPackets, mediaMetric.rtpWithheldBytes)) {
    families.counter(family, (counter) => {
      counter.reset();
      for (const [room, { withheld }] of byRoom(seen()))
        for (const reason of family.labels.reason) counter.inc({ room, reason }, value(withheld[reason]));
    });
  }
  families.counter(roomMetric.trackStalls, (counter) => {
    counter.reset();
    for (const [room, { stalls }] of byRoom(seen()))
      for (const kind of kinds) counter.inc({ room, kind }, stalls[kind]);
  });
  families.counter(mediaMetric.datagramsDropped, (counter) => {
    counter.reset();
    const { dropped } = seen().media;
    for (const reason of mediaMetric.datagramsDropped.labels.reason) counter.inc({ reason }, dropped[reason]);
  });
}

function ofThePod(families: Families, seen: () => Status): void {
  for (const [family, value] of volumes(mediaMetric.rtpPacketsByDirection, mediaMetric.rtpBytesByDirection)) {
    families.counter(family, (counter) => {
      counter.reset();
      const { rtp } = seen().media.totals;
      for (const direction of directions)
        for (const transmission of family.labels.transmission)
          counter.inc({ direction, transmission }, value(rtp[direction][transmission]));
    });
  }
  const tracks = [
    [mediaMetric.tracksPublished, 'published'],
    [mediaMetric.tracksSubscribed, 'subscribed'],
  ] as const;
  for (const [family, side] of tracks) {
    families.gauge(family, (gauge) => {
      for (const kind of kinds) gauge.set({ kind }, seen().media.tracks[side][kind]);
    });
  }
}

/** Two families of one volume. */
const volumes = <P, B>(packets: P, bytes: B) =>
  [
    [packets, (volume: Volume) => volume.packets],
    [bytes, (volume: Volume) => volume.bytes],
  ] as const;
