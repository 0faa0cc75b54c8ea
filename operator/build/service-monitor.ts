import { internalPath, label, portName } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { anyOf, type Coverage, inPrometheus, monitoringMeta } from './coverage.ts';
import { namespaceLabels } from './labels.ts';

/**
 * One scrape configuration for all rooms of a namespace, as one per room costs Prometheus CPU by the hundred; or one for
 * a room that wants its own. Each of them selects the one Service that all pods of the namespace are in, and takes its
 * own pods from it, so that no pod is scraped twice. Each series says which room's pod it came from
 * (`liveroom_dev_room`) and what that is to it (`component`).
 */
export const serviceMonitor = (coverage: Coverage, config: Config) =>
  ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: monitoringMeta(coverage, config),
    spec: {
      selector: { matchLabels: namespaceLabels },
      podTargetLabels: [label.room],
      endpoints: [
        {
          port: portName.internal,
          path: internalPath.metrics,
          ...rhythm(coverage, config),
          relabelings: [
            ...itsPods(coverage),
            { sourceLabels: [discovered(label.component)], targetLabel: 'component' },
          ],
        },
      ],
    },
  }) as const;

/** A label of a pod as service discovery names it. */
const discovered = (podLabel: string) => `__meta_kubernetes_pod_label_${inPrometheus(podLabel)}`;

function rhythm(coverage: Coverage, { monitoring }: Config) {
  if ('namespace' in coverage) return { interval: monitoring.interval };
  const { interval = monitoring.interval, scrapeTimeout } = coverage.room.spec.monitoring;
  return { interval, ...(scrapeTimeout && { scrapeTimeout }) };
}

function itsPods(coverage: Coverage) {
  const sourceLabels = [discovered(label.room)];
  if ('room' in coverage) return [{ action: 'keep', sourceLabels, regex: coverage.room.metadata.name }];
  return coverage.except.length === 0 ? [] : [{ action: 'drop', sourceLabels, regex: anyOf(coverage.except) }];
}
