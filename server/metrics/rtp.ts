import { Counter, type Registry } from 'prom-client';
import { metric } from '#crds/contract.ts';
import type { RoomCounters } from '../media/counts.ts';
import type { Status } from '../status.ts';

const families: readonly { name: string; help: string; value: (counters: RoomCounters) => number }[] = [
  { name: metric.rtpPackets, help: 'RTP packets sent to subscribers.', value: ({ sentPackets }) => sentPackets },
  {
    name: metric.rtpBytes,
    help: 'Bytes of RTP sent to subscribers, headers included.',
    value: ({ sentBytes }) => sentBytes,
  },
  {
    name: metric.rtpReceivedPackets,
    help: 'RTP packets received from the publisher.',
    value: ({ receivedPackets }) => receivedPackets,
  },
  {
    name: metric.rtpReceivedBytes,
    help: 'Bytes of RTP received from the publisher, headers included.',
    value: ({ receivedBytes }) => receivedBytes,
  },
];

/** What flows through the rooms. The media thread counts; a scrape reads. */
export function rtpMetrics(registry: Registry, seen: () => Status) {
  for (const { name, help, value } of families) {
    new Counter({
      name,
      help,
      labelNames: ['room'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [id, counters] of Object.entries(seen().counters))
          this.inc({ room: id.slice(id.indexOf('/') + 1) }, value(counters));
      },
    });
  }
  new Counter({
    name: metric.datagramsDropped,
    help: 'Datagrams on the media port that were dropped.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(seen().media.dropped)) this.inc({ reason }, count);
    },
  });
}
