import type { Schema } from './static.ts';

const alerts = {
  type: 'object',
  description: 'Where alerts about the room begin. A change reaches running pods without a restart.',
  default: {},
  properties: {
    highSubscriberCount: {
      type: 'integer',
      format: 'int32',
      default: 500,
      minimum: 0,
      maximum: 100000,
      description: 'Subscribers above which the alert about many of them fires; 0 turns it off.',
    },
    nearCapacityPercent: {
      type: 'integer',
      format: 'int32',
      default: 90,
      minimum: 0,
      maximum: 100,
      description: 'Share of play.maxSubscribers above which the alert about capacity fires; 0 turns it off.',
    },
    publisherExpected: {
      type: 'string',
      enum: ['Never', 'Always'],
      default: 'Never',
      description: 'Always: somebody is to be told when nobody publishes.',
    },
  },
} as const satisfies Schema;

/** How a room is seen from outside: by Prometheus, and by those whom it wakes. */
export const monitoring = {
  type: 'object',
  description: 'How the room is monitored.',
  default: {},
  properties: { alerts },
} as const satisfies Schema;
