import { eventMetric } from './event-metrics.ts';
import { httpMetric } from './http-metrics.ts';
import { ingestMetric } from './ingest-metrics.ts';
import { mediaMetric } from './media-metrics.ts';
import { podMetric } from './pod-metrics.ts';
import { roomMetric } from './room-metrics.ts';
import { sessionMetric } from './session-metrics.ts';

/** Every metric family of a server pod, by the name that the code has for it. */
export const serverMetric = {
  ...roomMetric,
  ...sessionMetric,
  ...httpMetric,
  ...eventMetric,
  ...mediaMetric,
  ...ingestMetric,
  ...podMetric,
} as const;
