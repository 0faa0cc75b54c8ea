/** What the page with the main plots shows. It names metrics by the catalogue, so that none can be missing. */
import { serverMetric as metric } from '#crds/metrics.ts';

/** One curve; `query` is PromQL that gives one value. */
export interface Plot {
  readonly label: string;
  readonly unit: 'count' | 'yes or no' | 'bits per second' | 'per second' | 'percent' | 'milliseconds';
  /** The plot's top is never below this value. */
  readonly floor: number;
  readonly query: string;
}

const total = (name: string) => `sum(${name}) or vector(0)`;
const rate = (name: string) => `sum(rate(${name}[30s]))`;
const lost = rate(metric.rtpLost.name);
const sentOrReceived = `(${rate(metric.rtpPackets.name)} + ${rate(metric.rtpReceivedPackets.name)})`;

export const plots: readonly Plot[] = [
  { label: 'Rooms in use', unit: 'count', floor: 4, query: total(metric.rooms.name) },
  { label: 'Subscribers', unit: 'count', floor: 4, query: total(metric.subscribers.name) },
  { label: 'Alerts firing', unit: 'count', floor: 2, query: total('ALERTS{alertstate="firing"}') },
  { label: 'Received', unit: 'bits per second', floor: 1e6, query: `8 * ${rate(metric.rtpReceivedBytes.name)}` },
  { label: 'Sent', unit: 'bits per second', floor: 1e6, query: `8 * ${rate(metric.rtpBytes.name)}` },
  { label: 'Packets sent', unit: 'per second', floor: 200, query: rate(metric.rtpPackets.name) },
  {
    label: 'Packet loss',
    unit: 'percent',
    floor: 5,
    query: `100 * ${lost} / clamp_min(${sentOrReceived} + ${lost}, 1)`,
  },
  {
    label: 'Forwarding, 99 %',
    unit: 'milliseconds',
    floor: 2,
    query: `1000 * histogram_quantile(0.99, sum by (le) (rate(${metric.forwardLatency.name}_bucket[1m])))`,
  },
];

/** Columns of the table of rooms; each query gives one value per series that has a room. */
const byRoom = 'by (namespace, room)';
export const columns: readonly Omit<Plot, 'floor'>[] = [
  { label: 'Publishing', unit: 'yes or no', query: `max ${byRoom} (${metric.roomPublishing.name})` },
  { label: 'Subscribers', unit: 'count', query: `sum ${byRoom} (${metric.subscribers.name})` },
  {
    label: 'Received',
    unit: 'bits per second',
    query: `8 * sum ${byRoom} (rate(${metric.rtpReceivedBytes.name}[30s]))`,
  },
  { label: 'Sent', unit: 'bits per second', query: `8 * sum ${byRoom} (rate(${metric.rtpBytes.name}[30s]))` },
];
