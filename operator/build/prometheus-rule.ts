import { alert } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { type Coverage, monitoringMeta, seriesOf } from './coverage.ts';

/** The alerts of a namespace with rooms, or of one of them. Symptoms only. */
export const prometheusRule = (coverage: Coverage, config: Config) => {
  const metadata = monitoringMeta(coverage, config);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata,
    spec: { groups: [{ name: metadata.name, rules: [sfuDown(seriesOf(coverage))] }] },
  } as const;
};

/** `series` are the matchers of the pods that it is about. */
const sfuDown = (series: string) => ({
  alert: alert.sfuDown,
  expr: `up{${series}} == 0`,
  for: '1m',
  labels: { severity: 'critical' },
  annotations: {
    summary: 'Server pod {{ $labels.pod }} of room {{ $labels.liveroom_dev_room }} does not answer.',
    description:
      'Prometheus has not reached the metrics of {{ $labels.namespace }}/{{ $labels.pod }} for a minute. Its publisher and viewers may be cut off.',
  },
});
