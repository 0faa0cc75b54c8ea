import { podMetric } from '#crds/pod-metrics.ts';
import type { ThreadLoad } from '../media/plane.ts';
import type { NodeSeen } from '../node/watch.ts';
import type { Status } from '../observation/status.ts';
import type { Families } from './families.ts';

/** The pod's part of its node: processor and memory against what it may use, datagrams, and its threads. */
export function nodeMetrics(families: Families, seen: () => Status) {
  const node = () => seen().node;
  const counts = [
    [podMetric.cpuSeconds, ({ reading }) => reading.usage.cpuSeconds],
    [podMetric.cpuThrottled, ({ reading }) => reading.usage.throttledSeconds],
  ] as const satisfies readonly (readonly [object, (of: NodeSeen) => number])[];
  for (const [family, value] of counts) {
    families.counter(family, (counter) => {
      counter.reset();
      counter.inc({}, value(node()));
    });
  }
  families.gauge(podMetric.cpuLimit, (gauge) => gauge.set(node().reading.limits.cores));
  families.gauge(podMetric.cpuLoad, (gauge) => gauge.set(node().cpuLoad));
  families.gauge(podMetric.memory, (gauge) => gauge.set(node().reading.usage.memoryBytes));
  families.gauge(podMetric.memoryLimit, (gauge) => gauge.set(node().reading.limits.memoryBytes));
  udpMetrics(families, () => node().reading.udp);
  threadMetrics(families, seen);
}

function udpMetrics(families: Families, counts: () => NodeSeen['reading']['udp']) {
  families.counter(podMetric.udpDatagrams, (counter) => {
    const { sent, received, receiveBufferFull, sendBufferFull, noPort, malformed } = counts();
    counter.reset();
    counter.inc({ event: 'sent' }, sent);
    counter.inc({ event: 'received' }, received);
    counter.inc({ event: 'receive_buffer_full' }, receiveBufferFull);
    counter.inc({ event: 'send_buffer_full' }, sendBufferFull);
    counter.inc({ event: 'no_port' }, noPort);
    counter.inc({ event: 'malformed' }, malformed);
  });
}

function threadMetrics(families: Families, seen: () => Status) {
  const loads = (): readonly (readonly [(typeof podMetric.threadLag.labels.thread)[number], ThreadLoad])[] => {
    const { load, egressLoads } = seen().media;
    const most = (of: keyof ThreadLoad) => Math.max(0, ...egressLoads.map((each) => each[of]));
    const egress = { utilization: most('utilization'), lagSeconds: most('lagSeconds') };
    return [
      ['main', seen().node.mainThread],
      ['media', load],
      ['egress', egress],
    ];
  };
  families.gauge(podMetric.threadUtilization, (gauge) => {
    for (const [thread, { utilization }] of loads()) gauge.set({ thread }, utilization);
  });
  families.gauge(podMetric.threadLag, (gauge) => {
    for (const [thread, { lagSeconds }] of loads()) gauge.set({ thread }, Math.max(0, lagSeconds));
  });
}
