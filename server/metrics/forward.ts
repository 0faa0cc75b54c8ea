import { mediaMetric } from '#crds/media-metrics.ts';
import type { Status } from '../observation/status.ts';
import type { Families } from './families.ts';
import { readHistogram } from './read-histogram.ts';

/** How long packets stay here. */
export function forwardMetrics(families: Families, seen: () => Status): void {
  readHistogram(families, mediaMetric.forwardLatency, () => [[{}, seen().media.totals.forwardSeconds]]);
}
