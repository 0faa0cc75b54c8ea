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
      clusterMayDefault: true,
      minimum: 0,
      maximum: 100000,
      description: 'Subscribers above which the alert about many of them fires; 0 turns it off.',
    },
    nearCapacityPercent: {
      type: 'integer',
      format: 'int32',
      default: 90,
      clusterMayDefault: true,
      minimum: 0,
      maximum: 100,
      description: 'Share of play.maxSubscribers from which on the alert about capacity fires; 0 turns it off.',
    },
    publisherExpected: {
      type: 'string',
      enum: ['Never', 'Always'],
      default: 'Never',
      clusterMayDefault: true,
      description: 'Always: somebody is to be told when nobody publishes.',
    },
  },
} as const satisfies Schema;

const choice = (description: string) =>
  ({
    type: 'string',
    enum: ['Auto', 'Disabled'],
    default: 'Auto',
    clusterMayDefault: true,
    description,
  }) as const satisfies Schema;

/** As Prometheus writes durations: the units in order. Alerts look at 5 minutes, in which they need several scrapes. */
const period = (description: string) =>
  ({
    type: 'string',
    description,
    minLength: 2,
    maxLength: 12,
    pattern: '^([0-9]+m)?([0-9]+s)?([0-9]+ms)?$',
    'x-kubernetes-validations': [
      {
        rule: "duration(self) >= duration('1s') && duration(self) <= duration('1m')",
        message: 'must be between 1s and 1m',
      },
    ],
  }) as const satisfies Schema;

const labels = {
  type: 'object',
  description:
    "Labels for the room's ServiceMonitor and PrometheusRule, besides those of the operator's configuration. With scope Room.",
  maxProperties: 16,
  additionalProperties: {
    type: 'string',
    maxLength: 63,
    pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$',
  },
  'x-kubernetes-validations': [
    {
      rule: "self.all(key, key.size() <= 317 && key.matches('^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",
      message: 'must have keys that Kubernetes takes as labels, such as release or example.com/team',
    },
  ],
} as const satisfies Schema;

const onlyWithOwn = (name: string) => ({
  rule: `self.scope == 'Room' || !has(self.${name})`,
  message: `${name} goes with scope Room only: the namespace's objects have that of the operator's configuration`,
  fieldPath: `.${name}`,
});

/** How a room is seen from outside: by Prometheus, and by those whom it wakes. */
export const monitoring = {
  type: 'object',
  description: 'How the room is monitored.',
  default: {},
  properties: {
    serviceMonitor: choice(
      'Auto: a ServiceMonitor has Prometheus scrape the room, where the cluster has that kind. Disabled: none does.',
    ),
    prometheusRule: choice(
      "Auto: a PrometheusRule has Prometheus evaluate the room's alerts, where the cluster has that kind. Disabled: none does.",
    ),
    scope: {
      type: 'string',
      enum: ['Namespace', 'Room'],
      default: 'Namespace',
      description: 'Namespace: one of each for all rooms of the namespace. Room: one of each for this room alone.',
    },
    labels,
    interval: period("How often the room is scraped, with scope Room; the operator's configuration unless given."),
    scrapeTimeout: period('How long a scrape may take, with scope Room; that of Prometheus unless given.'),
    alerts,
  },
  'x-kubernetes-validations': [
    onlyWithOwn('labels'),
    onlyWithOwn('interval'),
    onlyWithOwn('scrapeTimeout'),
    {
      rule: '!has(self.scrapeTimeout) || (has(self.interval) && duration(self.scrapeTimeout) <= duration(self.interval))',
      message: 'scrapeTimeout needs an interval that is at least as long',
      fieldPath: '.scrapeTimeout',
    },
  ],
} as const satisfies Schema;
