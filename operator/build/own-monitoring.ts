import { appName, fieldManager, internalPath, label, portName } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import type { KubeObject, ObjectMeta } from '../kube.ts';
import { ruleGroup } from './alerts/alert.ts';
import { operatorAlertGroups } from './alerts/groups.ts';

/**
 * How the operator itself is monitored: a ServiceMonitor that selects its Service, and a PrometheusRule. The Service owns
 * both, so that they go with the installation.
 */
export const ownMonitoring = (service: KubeObject, config: Config): readonly KubeObject[] => [
  serviceMonitor(service, config),
  prometheusRule(service, config),
];

const serviceMonitor = (service: KubeObject, config: Config) =>
  ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: meta(service, config),
    spec: {
      selector: { matchLabels: { [label.name]: appName.operator } },
      endpoints: [
        {
          port: portName.internal,
          path: internalPath.metrics,
          interval: config.monitoring.interval,
          // What it says of a room bears the room's namespace, and not its own.
          honorLabels: true,
        },
      ],
    },
  }) as const;

const prometheusRule = (service: KubeObject, config: Config) => {
  const { name, namespace = '' } = service.metadata;
  // The job is called after the Service.
  const groups = operatorAlertGroups(namespace, name);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: meta(service, config),
    spec: { groups: groups.map((group) => ruleGroup(group, config.monitoring.runbookURL)) },
  } as const;
};

function meta({ metadata: { name, namespace = '', uid = '' } }: KubeObject, config: Config): ObjectMeta {
  const owner = { apiVersion: 'v1', kind: 'Service', name, uid, controller: true };
  return { name, namespace, labels: { ...config.monitoring.labels, ...ownLabels }, ownerReferences: [owner] };
}

/** The operator's caches have what bears the second, and tell by the first that it is its own. */
const ownLabels = {
  [label.name]: appName.operator,
  [label.managedBy]: fieldManager,
  [label.partOf]: 'liveroom',
  [label.component]: 'metrics',
} as const;
