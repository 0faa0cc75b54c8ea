import { env } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { ruleGroup } from './alerts/alert.ts';
import { sfuAlertGroups } from './alerts/groups.ts';
import { type Coverage, monitoringMeta, seriesOf } from './coverage.ts';

/** The alerts of a namespace with rooms, or of one of them. */
export const prometheusRule = (coverage: Coverage, config: Config) =>
  ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: monitoringMeta(coverage, config),
    spec: {
      groups: sfuAlertGroups(seriesOf(coverage), config.podEnv?.[env.metricsPrefix]).map((group) =>
        ruleGroup(group, config.monitoring.runbookURL),
      ),
    },
  }) as const;
