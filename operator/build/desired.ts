import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import type { KubeObject } from '../kube.ts';
import { configMap } from './config-map.ts';
import { namespaceService } from './namespace-service.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { service } from './service.ts';
import { serviceMonitor } from './service-monitor.ts';

/**
 * What a room becomes, apart from its pods and its generated Secret: those are made once and not kept in shape. Which
 * pod there is to be is decided in decide/origin.ts, what it looks like in origin-pod.ts.
 */
export const desired = (room: LiveRoom): readonly KubeObject[] => [configMap(room), service(room)];

/** What a namespace with rooms gets once. The monitoring kinds only where the cluster has them. */
export const desiredOfNamespace = (
  namespace: string,
  config: Config,
  kinds: MonitoringKinds,
): readonly KubeObject[] => [
  namespaceService(namespace),
  ...(kinds.ServiceMonitor ? [serviceMonitor(namespace, config)] : []),
  ...(kinds.PrometheusRule ? [prometheusRule(namespace, config)] : []),
];

/** Which kinds of the Prometheus Operator the API server serves now. */
export interface MonitoringKinds {
  readonly ServiceMonitor: boolean;
  readonly PrometheusRule: boolean;
}
