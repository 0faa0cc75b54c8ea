import { alert, namespaceObject } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { namespaceLabels } from './labels.ts';

/** The alerts of a namespace with rooms. Symptoms only. */
export const prometheusRule = (namespace: string, { monitoring: { labels } }: Config) =>
  ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: namespaceObject, namespace, labels: { ...labels, ...namespaceLabels } },
    spec: { groups: [{ name: namespaceObject, rules: [sfuDown(namespace)] }] },
  }) as const;

/** The job is called after the Service. */
const sfuDown = (namespace: string) => ({
  alert: alert.sfuDown,
  expr: `up{namespace="${namespace}", job="${namespaceObject}"} == 0`,
  for: '1m',
  labels: { severity: 'critical' },
  annotations: {
    summary: 'Server pod {{ $labels.pod }} of room {{ $labels.liveroom_dev_room }} does not answer.',
    description:
      'Prometheus has not reached the metrics of {{ $labels.namespace }}/{{ $labels.pod }} for a minute. Its publisher and viewers may be cut off.',
  },
});
