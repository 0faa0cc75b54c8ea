import type { Schema } from './static.ts';

/** Where a room's pods send their traces. What is left out comes from the operator's configuration. */
export const tracing = {
  type: 'object',
  description:
    "Where the room's pods send traces (OTLP). What is left out is as in the operator's configuration; without an endpoint in either there are none. A change waits until nobody publishes.",
  properties: {
    endpoint: {
      type: 'string',
      description: 'URL of an OpenTelemetry collector, such as http://otel-collector.monitoring.svc:4317.',
      maxLength: 512,
      'x-kubernetes-validations': [
        {
          rule: "isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHost() != ''",
          message: 'must be a URL such as http://otel-collector.monitoring.svc:4317',
        },
      ],
    },
    protocol: {
      type: 'string',
      enum: ['grpc', 'http'],
      description: 'How the collector is spoken to: OTLP over gRPC, by default, or over HTTP with protobuf.',
    },
    samplingRatio: {
      type: 'string',
      description:
        'Which part of all traces is kept, as a decimal from 0 to 1, by default all. 0 turns the traces off.',
      maxLength: 8,
      'x-kubernetes-validations': [
        {
          rule: "self.matches('^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$')",
          message: 'must be a decimal from 0 to 1 such as "0.1"',
        },
      ],
    },
  },
} as const satisfies Schema;
