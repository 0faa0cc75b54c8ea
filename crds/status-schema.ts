import type { Schema } from './static.ts';

/** What the operator says about a room. Written by it alone, through the status subresource. */

const condition = {
  type: 'object',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: { type: 'string', description: 'What it is about.', maxLength: 316 },
    status: { type: 'string', description: 'Whether it is so.', enum: ['True', 'False', 'Unknown'] },
    observedGeneration: {
      type: 'integer',
      description: 'The generation it was judged for.',
      format: 'int64',
      minimum: 0,
    },
    lastTransitionTime: { type: 'string', description: 'When its status last changed.', format: 'date-time' },
    reason: { type: 'string', description: 'Why, in one stable word.', minLength: 1, maxLength: 1024 },
    message: { type: 'string', description: 'Why, as a sentence with the numbers and the remedy.', maxLength: 32768 },
  },
} as const satisfies Schema;

const origin = {
  type: 'object',
  description: "The pod where the room's publisher is, or would be.",
  required: ['podName', 'ready'],
  properties: {
    podName: { type: 'string', description: 'Name of the pod.', maxLength: 253 },
    nodeName: { type: 'string', description: 'Node that it runs on.', maxLength: 253 },
    address: { type: 'string', maxLength: 253, description: 'Address at which clients reach the media port.' },
    addresses: {
      type: 'array',
      description: 'All such addresses where there are several, as of IPv4 and IPv6; the one above first.',
      maxItems: 8,
      items: { type: 'string', maxLength: 45 },
    },
    mediaPort: { type: 'integer', format: 'int32', description: 'UDP port that goes with them.' },
    ready: { type: 'boolean', description: 'Whether it is ready.' },
  },
} as const satisfies Schema;

const publisher = {
  type: 'object',
  description: "The room's encoder.",
  required: ['connected'],
  properties: {
    connected: { type: 'boolean', description: 'Whether one is connected.' },
    since: { type: 'string', description: 'Since when.', format: 'date-time' },
  },
} as const satisfies Schema;

const monitoring = {
  type: 'object',
  description: 'Names of the monitoring objects that cover the room.',
  properties: {
    serviceMonitor: { type: 'string', description: 'Name of the ServiceMonitor.', maxLength: 253 },
    prometheusRule: { type: 'string', description: 'Name of the PrometheusRule.', maxLength: 253 },
    selectedBy: {
      type: 'array',
      description: 'Who reads them, as namespace/name of a Prometheus.',
      maxItems: 16,
      items: { type: 'string', maxLength: 317 },
    },
  },
} as const satisfies Schema;

const url = (description: string) => ({ type: 'string', maxLength: 2048, description }) as const satisfies Schema;

export const statusSchema = {
  type: 'object',
  description: 'What the room is.',
  properties: {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The generation of the spec that this status is about.',
    },
    conditions: {
      type: 'array',
      description: 'What is so and what is not, each with a reason and a sentence.',
      maxItems: 16,
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    whipURL: url('Where to publish (WHIP).'),
    whepURL: url('Where to watch (WHEP).'),
    playerURL: url('The page that plays the room.'),
    origin,
    publisher,
    subscribers: {
      type: 'integer',
      format: 'int32',
      description: 'Subscribers, refreshed at most every 10 s and on changes of a tenth or more.',
    },
    monitoring,
  },
} as const satisfies Schema;
