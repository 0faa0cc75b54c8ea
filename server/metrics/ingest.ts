import { hintReasons, ingestMetric, layerStates } from '#crds/ingest-metrics.ts';
import { kinds } from '#crds/metric-family.ts';
import type { IngestFigures } from '../media/up/ingest-quality.ts';
import type { Meter } from '../meter.ts';
import type { Status } from '../observation/status.ts';
import { type Families, roomLabel } from './families.ts';

const ofVideo = [
  [ingestMetric.ingestFrames, ({ framesPerSecond }) => framesPerSecond],
  [ingestMetric.ingestWidth, ({ width }) => width],
  [ingestMetric.ingestHeight, ({ height }) => height],
  [ingestMetric.ingestKeyFrameInterval, ({ keyFrameIntervalMs }) => keyFrameIntervalMs / 1000],
] as const satisfies readonly (readonly [object, (figures: IngestFigures) => number])[];

/** What publishers send. The media thread counts; a scrape reads. */
export function ingestMetrics(families: Families, seen: () => Status): Partial<Meter> {
  const ofRooms = () => Object.entries(seen().media.ingest).map(([id, of]) => [roomLabel(id), of] as const);
  families.gauge(ingestMetric.ingestRate, (gauge) => {
    gauge.reset();
    for (const [room, of] of ofRooms())
      for (const kind of kinds) gauge.set({ room, kind }, (of[kind]?.bitsPerSecond ?? 0) / 8);
  });
  for (const [family, value] of ofVideo) {
    families.gauge(family, (gauge) => {
      gauge.reset();
      for (const [room, { video }] of ofRooms()) if (video !== undefined) gauge.set({ room }, value(video));
    });
  }
  families.gauge(ingestMetric.ingestLayers, (gauge) => {
    gauge.reset();
    for (const [room, { layers }] of ofRooms())
      for (const state of layers.length > 0 ? layerStates : [])
        gauge.set({ room, state }, layers.filter((layer) => layer.state === state).length);
  });
  families.gauge(ingestMetric.ingestHints, (gauge) => {
    gauge.reset();
    for (const [room, { hints }] of ofRooms())
      for (const reason of hintReasons)
        gauge.set({ room, reason }, hints.some((hint) => hint.reason === reason) ? 1 : 0);
  });
  const without = families.counter(ingestMetric.publisherNoMedia, (counter) => {
    for (const { name: room } of seen().rooms) counter.begin(room, () => [{ room }]);
  });
  return { sentNothing: (room) => without.inc({ room: roomLabel(room) }) };
}
