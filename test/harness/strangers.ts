/** Somebody's object that has the name of one that a room or its namespace makes. */
export type Stranger = readonly [
  apiVersion: string,
  kind: string,
  name: string,
  rest: object,
  /** Of a room that is in its way, and the condition that says so. */
  spec: object,
  says: string,
];

const host = 'live.example.org';
const ruleGroups = [{ name: 'theirs', rules: [{ record: 'theirs', expr: '1' }] }];
const backend = { service: { name: 'theirs', port: { number: 80 } } };
const ports = [{ port: 5432 }];
const own = { monitoring: { scope: 'Room' } };

const accepted = 'Accepted=False/NameConflict';
const led = 'EndpointReady=False/NameConflict';
const monitored = 'MonitoringReady=False/NameConflict';
const monitoring = 'monitoring.coreos.com/v1';

/** One for each kind that a room, with this spec, or its namespace makes. */
export const strangers: readonly Stranger[] = [
  ['v1', 'ConfigMap', 'keynote', { data: { theirs: 'yes' } }, {}, accepted],
  ['v1', 'Secret', 'keynote-tokens', { stringData: { publish: 'theirs' } }, {}, accepted],
  ['v1', 'Service', 'keynote', { spec: { ports } }, {}, accepted],
  [
    'networking.k8s.io/v1',
    'Ingress',
    'keynote',
    { spec: { defaultBackend: backend } },
    { network: { http: { host } } },
    led,
  ],
  [
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    'keynote',
    { spec: { hostnames: ['theirs.example.org'] } },
    { network: { http: { host, gatewayRef: { name: 'public' } } } },
    led,
  ],
  [monitoring, 'ServiceMonitor', 'keynote', { spec: { selector: {}, endpoints: [] } }, own, monitored],
  [monitoring, 'PrometheusRule', 'keynote', { spec: { groups: ruleGroups } }, own, monitored],
  ['v1', 'Service', 'live-sfu', { spec: { ports } }, {}, monitored],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'live-sfu', { spec: { podSelector: {} } }, {}, monitored],
  [monitoring, 'ServiceMonitor', 'live-sfu', { spec: { selector: {}, endpoints: [] } }, {}, monitored],
  [monitoring, 'PrometheusRule', 'live-sfu', { spec: { groups: ruleGroups } }, {}, monitored],
];
