import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import type { KubeObject } from '../kube.ts';
import { aliases } from './aliases.ts';
import { configMap } from './config-map.ts';
import { type Coverage, hasOwn, type MonitoringKind, monitoringKinds, namespaceCoverage, wants } from './coverage.ts';
import { evictionBudget } from './eviction.ts';
import { httpRoute } from './http-route.ts';
import { ingress } from './ingress.ts';
import { namespaceService } from './namespace-service.ts';
import { networkPolicy } from './network-policy.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { routing } from './routing.ts';
import { service } from './service.ts';
import { serviceMonitor } from './service-monitor.ts';

/** Which kinds of the Prometheus Operator the API server serves now. */
export type MonitoringKinds = Readonly<Record<MonitoringKind, boolean>>;

/**
 * What a room becomes, apart from its pods, its generated Secret and its monitoring: the first two are made once and not
 * kept in shape, and the room works without the last. Which pod there is to be, and which the Service leads to where
 * there are several, is decided in decide/origin.ts; what it looks like in origin-pod.ts.
 */
export const desired = (room: LiveRoom, leadTo?: string): readonly KubeObject[] => [
  configMap(room),
  service(room, leadTo),
];

/**
 * What leads a host name to the Service, if the room asks for it; of a kind that the cluster has. Without the room's
 * aliases where they lead elsewhere.
 */
export function desiredRoute(room: LiveRoom, servesHTTPRoutes: boolean, hasAliases = true): readonly KubeObject[] {
  const { by, host } = routing(room);
  const others = hasAliases ? aliases(room) : [];
  if (by === 'Ingress') return [ingress(room, host, others)];
  return by === 'HTTPRoute' && servesHTTPRoutes ? [httpRoute(room, host, others)] : [];
}

/** The monitoring objects of the room's own, if it wants some; of the kinds that the cluster has. */
export const desiredMonitoring = (room: LiveRoom, config: Config, served: MonitoringKinds): readonly KubeObject[] =>
  hasOwn(room)
    ? monitoringKinds.filter((kind) => served[kind] && wants(room, kind)).map((kind) => make[kind]({ room }, config))
    : [];

/** What a namespace with these rooms gets once. */
export const desiredOfNamespace = (
  namespace: string,
  rooms: readonly LiveRoom[],
  config: Config,
  served: MonitoringKinds,
): readonly KubeObject[] => [
  namespaceService(namespace),
  ...[networkPolicy(namespace, config), evictionBudget(namespace, rooms)].filter((object) => object !== undefined),
  ...monitoringKinds
    .filter((kind) => served[kind])
    .flatMap((kind) => {
      const coverage = namespaceCoverage(namespace, rooms, kind);
      return coverage === undefined ? [] : [make[kind](coverage, config)];
    }),
];

const make: Readonly<Record<MonitoringKind, (coverage: Coverage, config: Config) => KubeObject>> = {
  ServiceMonitor: serviceMonitor,
  PrometheusRule: prometheusRule,
};
