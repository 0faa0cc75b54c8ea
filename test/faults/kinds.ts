import { eventually } from '#test/harness/eventually.ts';
import { monitoringGroup, monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import type { OperatedCluster } from '#test/harness/operated-cluster.ts';

/** A kind whose definition is not at hand here. */
interface Kind {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly version: string;
}

const httpRoutes = { group: 'gateway.networking.k8s.io', plural: 'httproutes', kind: 'HTTPRoute', version: 'v1' };
const readers: readonly Kind[] = [
  { group: monitoringGroup, plural: 'prometheusagents', kind: 'PrometheusAgent', version: 'v1alpha1' },
  { group: monitoringGroup, plural: 'thanosrulers', kind: 'ThanosRuler', version: 'v1' },
];

/** Has the API server serve every kind that a room can become. */
export async function installRoomKinds(cluster: OperatedCluster): Promise<void> {
  await Promise.all([
    monitoringKinds(cluster).then((kinds) => kinds.install(...roomKinds)),
    define(cluster, httpRoutes),
  ]);
}

/** And every kind whose objects the operator reads if it is there. */
export async function installReaderKinds(cluster: OperatedCluster): Promise<void> {
  await (await monitoringKinds(cluster)).install('prometheuses');
  for (const one of readers) await define(cluster, one);
}

async function define({ kube }: OperatedCluster, { group, plural, kind, version }: Kind): Promise<void> {
  await kube.apply({
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
      versions: [
        {
          ...{ name: version, served: true, storage: true, schema: { openAPIV3Schema: anything } },
          subresources: { status: {} },
        },
      ],
    },
  });
  await eventually(`${plural} are served`, async () => (await kube.try(['get', `${plural}.${group}`])).code === 0);
}

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
