/** What a platform team has before it meets us: a Prometheus Operator, and one Prometheus. */
import { refreshAnnotation } from '../node/sandbox.ts';
import { image } from './images.ts';

export interface MonitoringOptions {
  /** Prometheus takes only ServiceMonitors and PrometheusRules with these labels; default: all of every namespace. */
  readonly selects?: Readonly<Record<string, string>>;
  /** The operator says on each monitor and rule which Prometheus has taken it, and why not. Off by default, as it is. */
  readonly writesBindings?: boolean;
  /** How often rules are evaluated, and targets scraped that do not say; default 5s. */
  readonly interval?: string;
}

export const namespace = 'monitoring';
/** Where the operator makes a Prometheus reachable, whatever its name. */
export const prometheusService = 'prometheus-operated';
export const operatorName = 'prometheus-operator';

/** Everything but the CRDs, in an order in which it can be applied. */
export const monitoringObjects = (options: MonitoringOptions): readonly object[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  ...account(operatorName, operatorRules),
  ...account('prometheus', prometheusRules),
  operatorDeployment(options),
  prometheus('main', options),
];

/** A Prometheus as its user writes it. Its pod is `prometheus-<name>-0`. */
export const prometheus = (name: string, { selects, interval = '5s' }: MonitoringOptions) => {
  const everywhere = {};
  const selector = selects === undefined ? everywhere : { matchLabels: selects };
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'Prometheus',
    metadata: { name, namespace },
    spec: {
      version: 'v3.13.1',
      serviceAccountName: 'prometheus',
      serviceDiscoveryRole: 'EndpointSlice',
      serviceMonitorSelector: selector,
      serviceMonitorNamespaceSelector: everywhere,
      ruleSelector: selector,
      ruleNamespaceSelector: everywhere,
      scrapeInterval: interval,
      evaluationInterval: interval,
      retention: '1d',
      // Nobody wants to wait a minute here for the kubelet to show the next configuration.
      podMetadata: { annotations: { [refreshAnnotation]: '1' } },
      ...onItsAddress(name),
    },
  };
};

/**
 * Pods of the local node share one network namespace: each must listen on its own address, and localhost is nobody's.
 * The operator writes the reloader's arguments for a pod with a namespace of its own, so that they are given anew.
 */
const onItsAddress = (name: string) => ({
  additionalArgs: [{ name: 'web.listen-address', value: '$(POD_IP):9090' }],
  containers: [
    { name: 'prometheus', env: [podIP] },
    {
      name: 'config-reloader',
      env: [podIP],
      args: [
        '--listen-address=$(POD_IP):8080',
        '--reload-url=http://$(POD_IP):9090/-/reload',
        // The first reload comes before Prometheus listens.
        '--retry-interval=1s',
        '--config-file=/etc/prometheus/config/prometheus.yaml.gz',
        '--config-envsubst-file=/etc/prometheus/config_out/prometheus.env.yaml',
        '--watched-dir=/etc/prometheus/config',
        ...[0, 1, 2].map((index) => `--watched-dir=/etc/prometheus/rules/prometheus-${name}-rulefiles-${index}`),
      ],
    },
  ],
});

const podIP = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

const operatorDeployment = ({ writesBindings = false }: MonitoringOptions) => {
  const labels = { 'app.kubernetes.io/name': operatorName };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: operatorName, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: operatorName,
          containers: [
            {
              name: operatorName,
              image: image.operator,
              args: [
                '-web.listen-address=$(POD_IP):8080',
                '-kubelet-endpoints=false',
                `-prometheus-config-reloader=${image.reloader}`,
                `-feature-gates=StatusForConfigurationResources=${writesBindings}`,
              ],
              env: [podIP],
              readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
};

/** A ServiceAccount with rights in the whole cluster. */
const account = (name: string, rules: readonly object[]): readonly object[] => {
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
};

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});
const reading = ['get', 'list', 'watch'];
const own = 'monitoring.coreos.com';
const selected = ['servicemonitors', 'podmonitors', 'probes', 'scrapeconfigs', 'prometheusrules'];
const written = ['prometheuses', ...selected].map((kind) => `${kind}/status`);

/** What the operator was seen to ask for, and no more. */
const operatorRules = [
  rule(own, ['prometheuses'], [...reading, 'patch']),
  rule(own, selected, reading),
  rule(own, [...written, 'prometheuses/finalizers'], ['get', 'update', 'patch']),
  rule('apps', ['statefulsets'], ['*']),
  rule('', ['configmaps', 'secrets'], ['*']),
  rule('', ['services'], ['get', 'create', 'update']),
  rule('', ['pods'], ['list', 'delete']),
  rule('', ['namespaces'], reading),
  rule('events.k8s.io', ['events'], ['create', 'patch']),
  rule('storage.k8s.io', ['storageclasses'], ['get']),
];

const prometheusRules = [
  rule('', ['services', 'pods'], reading),
  rule('discovery.k8s.io', ['endpointslices'], reading),
];
