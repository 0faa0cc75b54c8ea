import { serverMetric } from '#crds/metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import { podRoom, type Series } from './series.ts';

const { errors, memory, memoryLimit, cpuSeconds, cpuLimit, cpuThrottled } = serverMetric;
const { threadUtilization, threadLag, udpDatagrams, drainTime } = serverMetric;

/** Whether each pod works, and has what it needs to. */
export const podAlerts = (series: Series): readonly Alert[] => [
  down(series),
  failing(series),
  highMemory(series),
  highCPU(series),
  throttled(series),
  threadBusy(series),
  eventLoopLag(series),
  receiveDrops(series),
  drainStuck(series),
];

const pod = '{{ $labels.namespace }}/{{ $labels.pod }}';
const ofRoom = `of room {{ $labels.${podRoom} }}`;

const down = (series: Series): Alert => ({
  name: alert.sfuDown,
  severity: 'critical',
  expr: `${series.up()} == 0`,
  for: '1m',
  summary: `Server pod {{ $labels.pod }} ${ofRoom} does not answer.`,
  description: `Prometheus has not reached the metrics of ${pod} for a minute. Its publisher and viewers may be cut off.`,
});

const failing = (series: Series): Alert => ({
  name: alert.sfuErrors,
  severity: 'warning',
  expr: `sum by (namespace, ${podRoom}, type) (rate(${series.of(errors)}[5m])) > 0.1`,
  for: '5m',
  summary: `The server ${ofRoom} fails inside ({{ $labels.type }}).`,
  description: `The pods of room {{ $labels.namespace }}/{{ $labels.${podRoom} }} count {{ $value | printf "%.2f" }} failures of their own a second, of type {{ $labels.type }}.`,
});

/** A pod without a limit may use the whole machine, and should be seen long before it does: hence a bound in bytes. */
const highMemory = (series: Series): Alert => ({
  name: alert.sfuHighMemory,
  severity: 'warning',
  expr: `${series.of(memory)} > clamp_max(0.85 * ${series.of(memoryLimit)}, 1024 ^ 3)`,
  for: '5m',
  summary: `Server pod {{ $labels.pod }} ${ofRoom} uses much memory.`,
  description: `${pod} uses {{ $value | humanize1024 }}B of memory: more than 85 % of what it may have, or more than 1 GiB. When there is no more, the kernel kills it, and its publisher and viewers are cut off.`,
});

const highCPU = (series: Series): Alert => ({
  name: alert.sfuHighCPU,
  severity: 'warning',
  expr: `rate(${series.of(cpuSeconds)}[5m]) / ${series.of(cpuLimit)} > 0.8`,
  for: '5m',
  summary: `Server pod {{ $labels.pod }} ${ofRoom} is near the end of its CPU.`,
  description: `${pod} uses {{ $value | humanizePercentage }} of the processors that it may use, over 5 minutes. Media is late when there are none left.`,
});

/** The kernel adds up what each processor held back, so that it can be more than the time that has passed. */
const throttled = (series: Series): Alert => ({
  name: alert.sfuThrottled,
  severity: 'warning',
  expr: `rate(${series.of(cpuThrottled)}[5m]) > 0.05`,
  for: '5m',
  summary: `Server pod {{ $labels.pod }} ${ofRoom} is held back by its CPU limit.`,
  description: `The CPU limit of ${pod} held it back for {{ $value | humanizePercentage }} of the last 5 minutes, added up over the processors. Packets wait meanwhile: viewers see stutter.`,
});

/** A thread has one processor at most, however many the pod may use. */
const threadBusy = (series: Series): Alert => ({
  name: alert.sfuThreadBusy,
  severity: 'warning',
  expr: `avg_over_time(${series.of(threadUtilization)}[5m]) > 0.8`,
  for: '5m',
  summary: `The {{ $labels.thread }} thread of server pod {{ $labels.pod }} ${ofRoom} has hardly any time left.`,
  description: `The {{ $labels.thread }} thread of ${pod} was busy for {{ $value | humanizePercentage }} of the last 5 minutes. It has one processor at most, however many the pod may use.`,
});

/** The median: one long turn is no trouble that lasts. */
const eventLoopLag = (series: Series): Alert => ({
  name: alert.sfuEventLoopLag,
  severity: 'warning',
  expr: `quantile_over_time(0.5, ${series.of(threadLag)}[5m]) > 0.05`,
  for: '5m',
  summary: `The {{ $labels.thread }} thread of server pod {{ $labels.pod }} ${ofRoom} is late.`,
  description: `Turns of the {{ $labels.thread }} thread of ${pod} are {{ $value | humanizeDuration }} late, more often than not. Packets (media) or requests (main) wait that long.`,
});

const receiveDrops = (series: Series): Alert => {
  const rate = (event: 'receive_buffer_full' | 'received') =>
    `sum by (namespace, ${podRoom}, pod) (rate(${series.of(udpDatagrams, { event })}[5m]))`;
  return {
    name: alert.sfuReceiveDrops,
    severity: 'warning',
    expr: `${rate('receive_buffer_full')} / (${rate('receive_buffer_full')} + ${rate('received')}) > 0.001`,
    for: '5m',
    summary: `Server pod {{ $labels.pod }} ${ofRoom} loses packets that reached it.`,
    description: `The kernel dropped {{ $value | humanizePercentage }} of the datagrams for ${pod} in the last 5 minutes, as the pod did not read them in time.`,
  };
};

/** The server ends by itself when its time is over, and is killed half a minute later. */
const drainStuck = (series: Series): Alert => ({
  name: alert.sfuDrainStuck,
  severity: 'warning',
  expr: `-${series.of(drainTime)} > 60`,
  for: '1m',
  summary: `Server pod {{ $labels.pod }} ${ofRoom} does not end.`,
  description: `${pod} should have ended {{ $value | humanizeDuration }} ago: the time for its sessions is over. What waits for it, such as a node's drain, goes on waiting.`,
});
