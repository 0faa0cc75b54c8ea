import { label, namespaceObject } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import type { ObjectMeta } from '../kube.ts';
import { namespaceLabels, roomMeta } from './labels.ts';

/** Which pods a ServiceMonitor or a PrometheusRule is about. */
export type Coverage =
  /** All of a namespace, but for those of rooms that have an object of their own or want none. */
  { readonly namespace: string; readonly except: readonly string[] } | { readonly room: LiveRoom };

export const monitoringKinds = ['ServiceMonitor', 'PrometheusRule'] as const;
export type MonitoringKind = (typeof monitoringKinds)[number];

export const isMonitoringKind = (kind: string): kind is MonitoringKind =>
  (monitoringKinds as readonly string[]).includes(kind);

/** The field of `spec.monitoring` that is about each. */
export const monitoringField = { ServiceMonitor: 'serviceMonitor', PrometheusRule: 'prometheusRule' } as const;

/** Whether the room is to have an object of the kind, its own or the namespace's. */
export const wants = ({ spec: { monitoring } }: LiveRoom, kind: MonitoringKind): boolean =>
  monitoring[monitoringField[kind]] === 'Auto';

export const hasOwn = ({ spec: { monitoring } }: LiveRoom): boolean => monitoring.scope === 'Room';

/** What the namespace's object of the kind is about; undefined if that is no room. */
export function namespaceCoverage(
  namespace: string,
  rooms: readonly LiveRoom[],
  kind: MonitoringKind,
): Coverage | undefined {
  const isOutside = (room: LiveRoom) => hasOwn(room) || !wants(room, kind);
  if (rooms.every(isOutside)) return undefined;
  const except = rooms.filter(isOutside).map(({ metadata }) => metadata.name);
  return { namespace, except: except.toSorted() };
}

/** A room's labels come before the operator's, and ours before both: we find our objects by them. */
export function monitoringMeta(coverage: Coverage, { monitoring: { labels } }: Config): ObjectMeta {
  if ('namespace' in coverage)
    return { name: namespaceObject, namespace: coverage.namespace, labels: { ...labels, ...namespaceLabels } };
  const { room } = coverage;
  const meta = roomMeta(room, room.metadata.name, 'metrics');
  return { ...meta, labels: { ...labels, ...room.spec.monitoring.labels, ...meta.labels } };
}

/** A label of a pod as Prometheus writes it. */
export const inPrometheus = (podLabel: string): string => podLabel.replace(/[^a-zA-Z0-9_]/g, '_');

/** Names of rooms as a regular expression, which Prometheus anchors. They have no character that means something in one. */
export const anyOf = (rooms: readonly string[]): string => rooms.join('|');

/**
 * PromQL matchers, without their braces, of all series of the covered pods. Every one carries its room's pod, which is
 * not called `room` since the server's own label of that name would be pushed aside; the job is called after the Service.
 */
export function seriesOf(coverage: Coverage): string {
  const of = (namespace: string) => `namespace="${namespace}", job="${namespaceObject}"`;
  const room = inPrometheus(label.room);
  if ('room' in coverage) {
    const { namespace, name } = coverage.room.metadata;
    return `${of(namespace)}, ${room}="${name}"`;
  }
  const { namespace, except } = coverage;
  return except.length === 0 ? of(namespace) : `${of(namespace)}, ${room}!~"${anyOf(except)}"`;
}
