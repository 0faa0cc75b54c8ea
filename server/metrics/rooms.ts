import { Gauge, type Registry } from 'prom-client';
import { metric } from '#crds/contract.ts';
import type { Status } from '../status.ts';

/**
 * Who is in the rooms. A room that is configured has its series, at zero while nobody is in it. Its name is label
 * enough: the namespace is a label of the scrape's target.
 */
export function roomMetrics(registry: Registry, seen: () => Status) {
  const registers = [registry];
  new Gauge({
    name: metric.rooms,
    help: 'Rooms with a publisher or a subscriber.',
    registers,
    collect() {
      this.set(seen().rooms.filter(({ publisher, subscribers }) => publisher || subscribers > 0).length);
    },
  });
  new Gauge({
    name: metric.subscribers,
    help: 'Connected subscribers of a room.',
    labelNames: ['room'],
    registers,
    collect() {
      this.reset();
      for (const { name, subscribers } of seen().rooms) this.set({ room: name }, subscribers);
    },
  });
  new Gauge({
    name: metric.roomPublishing,
    help: 'Whether a publisher is connected to a room and sends media.',
    labelNames: ['room'],
    registers,
    collect() {
      this.reset();
      for (const { name, publisher } of seen().rooms) this.set({ room: name }, publisher?.sendsMedia ? 1 : 0);
    },
  });
}
