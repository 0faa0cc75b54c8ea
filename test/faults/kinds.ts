import { eventually } from '#test/harness/eventually.ts';
import { monitoringGroup, monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import type { Stage } from './stage.ts';

/** Kinds whose definitions are not at hand here. */
const others = [
  { group: 'gateway.networking.k8s.io', plural: 'httproutes', kind: 'HTTPRoute', version: 'v1' },
  { group: monitoringGroup, plural: 'prometheusagents', kind: 'PrometheusAgent', version: 'v1alpha1' },
  { group: monitoringGroup, plural: 'thanosrulers', kind: 'ThanosRuler', version: 'v1' },
] as const;

/** Has the API server serve every kind that the operator asks for if it is there. */
export async function installKinds({ cluster, client }: Stage): Promise<void> {
  await (await monitoringKinds(cluster)).install(...roomKinds, 'prometheuses');
  for (const { group, plural, kind, version } of others) {
    await cluster.kube.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${plural}.${group}`,
        annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
      },
      spec: {
        group,
        names: { plural, kind },
        scope: 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: anything } }],
      },
    });
    await eventually(`${plural} are served`, async () => client.request('GET', `/apis/${group}/${version}/${plural}`));
  }
}

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
