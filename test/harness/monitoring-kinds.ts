import { join } from 'node:path';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import type { MonitoringObject } from '#operator/kube.ts';
import { eventually } from './eventually.ts';
import type { OperatedCluster } from './operated-cluster.ts';
import { aRoom } from './room.ts';

export const monitoringGroup = 'monitoring.coreos.com';

/** What Kubernetes knows of the Prometheus Operator in a cluster where it does not run: the tests say what it would. */
export interface MonitoringKinds {
  /** Plural names. */
  install(...kinds: readonly string[]): Promise<void>;
  /** All of them, with their objects. */
  uninstall(): Promise<void>;
  /** A Prometheus of everything everywhere but for what `spec` says. */
  prometheus(namespace: string, name: string, spec?: object): Promise<void>;
  monitor(namespace: string, name?: string): Promise<ServiceMonitor | undefined>;
  rule(namespace: string, name?: string): Promise<MonitoringObject | undefined>;
  /** Makes or changes the room `keynote`. */
  room(namespace: string, monitoring: object): Promise<void>;
  /** Reasons of the Events about objects of a kind. */
  told(namespace: string, kind: string): Promise<readonly string[]>;
}

export interface ServiceMonitor extends MonitoringObject {
  readonly spec: { readonly endpoints: readonly { readonly relabelings: readonly { readonly regex?: string }[] }[] };
}

/** Both kinds that rooms become. */
export const roomKinds = ['servicemonitors', 'prometheusrules'];

const everything = {
  serviceMonitorSelector: {},
  serviceMonitorNamespaceSelector: {},
  ruleSelector: {},
  ruleNamespaceSelector: {},
};

export async function monitoringKinds({ kube }: OperatedCluster): Promise<MonitoringKinds> {
  const want = ['prometheus-operator-crds'] as const;
  const { 'prometheus-operator-crds': dir } = await ensureBinaries({
    want,
    env: process.env,
    progress: terminalProgress(process.stderr),
  });
  const definition = (kind: string) => `${kind}.${monitoringGroup}`;

  return {
    async install(...kinds) {
      for (const kind of kinds)
        await kube.run(['apply', '--server-side', '-f', join(dir, `${monitoringGroup}_${kind}.yaml`)]);
      const names = kinds.map((kind) => `crd/${definition(kind)}`);
      await eventually('the API server knows the kinds', async () => {
        const { code } = await kube.try(['wait', '--for=condition=Established', ...names, '--timeout=20s']);
        return code === 0 && (await kube.try(['get', kinds.map(definition).join()])).code === 0;
      });
    },
    async uninstall() {
      const all = [...roomKinds, 'prometheuses'].map(definition);
      await kube.run(['delete', 'crd', '--ignore-not-found', ...all]);
    },
    prometheus: (namespace, name, spec = {}) =>
      kube.apply({
        apiVersion: `${monitoringGroup}/v1`,
        kind: 'Prometheus',
        metadata: { name, namespace },
        spec: { ...everything, ...spec },
      }),
    monitor: (namespace, name = 'live-sfu') => kube.get('servicemonitor', name, '-n', namespace),
    rule: (namespace, name = 'live-sfu') => kube.get('prometheusrule', name, '-n', namespace),
    room: (namespace, monitoring) => kube.apply(aRoom('keynote', { monitoring }, namespace)),
    async told(namespace, kind) {
      type Events = { items: { reason: string; involvedObject: { kind: string } }[] };
      const { items } = (await kube.get<Events>('events', '-n', namespace)) ?? { items: [] };
      return items.filter(({ involvedObject }) => involvedObject.kind === kind).map(({ reason }) => reason);
    },
  };
}
