import { eventMetric } from '#crds/event-metrics.ts';
import type { EventMeter } from '../meter.ts';
import type { Families } from './families.ts';

/** What viewers are told as it happens. */
export function eventMetrics(families: Families): EventMeter {
  const streams = families.gauge(eventMetric.eventStreams);
  const connections = families.counter(eventMetric.eventConnections);
  const sent = families.counter(eventMetric.eventsSent);
  const dropped = families.counter(eventMetric.eventsDropped);
  const size = families.histogram(eventMetric.eventBytes);
  const delivery = families.histogram(eventMetric.eventDelivery);
  for (const status of eventMetric.eventConnections.labels.status) connections.inc({ status }, 0);
  for (const type of eventMetric.eventsSent.labels.type) sent.inc({ type }, 0);
  for (const reason of eventMetric.eventsDropped.labels.reason) dropped.inc({ reason }, 0);
  return {
    eventStream: (status) => {
      connections.inc({ status });
      if (status === 'Opened') streams.inc();
      else streams.dec();
    },
    eventSent: (type, { bytes, seconds }) => {
      sent.inc({ type });
      size.observe({}, bytes);
      delivery.observe({}, seconds);
    },
    eventDropped: (reason) => dropped.inc({ reason }),
  };
}
