import { operatorMetric } from '#crds/operator-metrics.ts';
import type { QueueMeter, QueueSeen } from '../cluster/queue/queue.ts';
import type { Families } from './families.ts';

const queue = { name: 'liveroom' } as const;

export function queueMetrics(make: Families, seen: () => QueueSeen): QueueMeter {
  const one = (value: (queue: QueueSeen) => number) => () => [[queue, value(seen())]] as const;
  make.read(operatorMetric.queueDepth, () =>
    operatorMetric.queueDepth.labels.priority.map(
      (priority) => [{ ...queue, priority }, seen().waiting[priority]] as const,
    ),
  );
  make.read(
    operatorMetric.queueAdds,
    one(({ adds }) => adds),
  );
  make.read(
    operatorMetric.queueRetries,
    one(({ retries }) => retries),
  );
  make.read(
    operatorMetric.unfinishedWork,
    one(({ workMs }) => workMs.reduce((sum, ms) => sum + ms, 0) / 1000),
  );
  make.read(
    operatorMetric.longestWork,
    one(({ workMs }) => Math.max(0, ...workMs) / 1000),
  );
  const waited = make.histogram(operatorMetric.queueTime);
  const worked = make.histogram(operatorMetric.workTime);
  for (const histogram of [waited, worked]) histogram.zero(queue);
  return {
    waited: (ms) => waited.observe(queue, ms / 1000),
    worked: (ms) => worked.observe(queue, ms / 1000),
  };
}
