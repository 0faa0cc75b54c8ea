import type { Cluster } from '#operator/cluster/cluster.ts';

/** A cluster that has nothing and serves no kinds of others, but for what is given. It takes no writes but those given. */
export function standInCluster(given: Partial<Cluster> = {}): Cluster {
  const nothing: Partial<Cluster> = {
    isOthers: () => false,
    isTerminating: () => false,
    node: () => undefined,
    nodes: function* () {},
    podsOn: () => [],
    roomsNow: async () => [],
    podsOf: () => [],
    objectsOf: () => [],
    monitorsOf: () => [],
    routesOf: () => [],
    servesHTTPRoutes: () => false,
    monitoringKinds: () => ({ ServiceMonitor: false, PrometheusRule: false }),
    monitoringVersions: () => ['monitoring.coreos.com/v1'],
    lookForMonitoringKinds: async () => {},
    prometheuses: () => [],
    unseen: () => new Map(),
    labelsOf: () => ({}),
  };
  return { ...nothing, ...given } as Cluster;
}
