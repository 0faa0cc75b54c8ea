import { mediaMetric } from '#crds/media-metrics.ts';
import { directions, kinds } from '#crds/metric-family.ts';
import type { ByDirection, ByKind } from '../media/counts.ts';
import type { Status } from '../observation/status.ts';
import type { Families } from './families.ts';
import { readHistogram } from './read-histogram.ts';

/** How well media arrives, here and at subscribers, by reports; and what was asked for because of it. */
export function rtcpMetrics(families: Families, seen: () => Status): void {
  const totals = () => seen().media.totals;
  families.counter(mediaMetric.rtpLost, (counter) => {
    counter.reset();
    for (const [labels, packets] of series(totals().lost)) counter.inc(labels, packets);
  });
  families.counter(mediaMetric.rtpOutOfOrder, (counter) => {
    counter.reset();
    for (const kind of kinds) counter.inc({ kind }, totals().outOfOrder[kind]);
  });
  readHistogram(families, mediaMetric.rtpLossRatio, () => series(totals().lossRatio));
  readHistogram(families, mediaMetric.rtpJitter, () => series(totals().jitterSeconds));
  readHistogram(families, mediaMetric.roundTrip, () => [
    [{ client: 'subscriber' }, totals().roundTripSeconds] as const,
  ]);
  readHistogram(families, mediaMetric.bandwidthEstimate, () => [[{}, totals().estimatedBytesPerSecond] as const]);
  families.counter(mediaMetric.bandwidthProbes, (counter) => {
    counter.reset();
    for (const result of mediaMetric.bandwidthProbes.labels.result) counter.inc({ result }, totals().probes[result]);
  });
  families.counter(mediaMetric.bandwidthProbeBytes, (counter) => {
    counter.reset();
    counter.inc({}, totals().probed.bytes);
  });
  families.counter(mediaMetric.layerSwitches, (counter) => {
    counter.reset();
    const { direction: ways, reason: reasons } = mediaMetric.layerSwitches.labels;
    for (const direction of ways)
      for (const reason of reasons) counter.inc({ direction, reason }, totals().switches[direction][reason]);
  });
  families.counter(mediaMetric.rtcpFeedback, (counter) => {
    counter.reset();
    for (const type of mediaMetric.rtcpFeedback.labels.type)
      for (const direction of directions) counter.inc({ type, direction }, totals().feedback[type][direction]);
  });
  families.counter(mediaMetric.nackedPackets, (counter) => {
    counter.reset();
    for (const direction of directions) counter.inc({ direction }, totals().nackedPackets[direction]);
  });
  families.counter(mediaMetric.nackedPacketsRefused, (counter) => {
    counter.reset();
    for (const reason of mediaMetric.nackedPacketsRefused.labels.reason)
      counter.inc({ reason }, totals().nackedPacketsRefused[reason]);
  });
}

const series = <T>(of: ByDirection<ByKind<T>>) =>
  directions.flatMap((direction) => kinds.map((kind) => [{ direction, kind }, of[direction][kind]] as const));
