import { namespaceObject } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { hasOwn, isMonitoringKind, monitoringKinds, wants } from '../build/coverage.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { MonitoringSeen } from '../decide/monitoring.ts';
import { isControlledBy } from '../kube.ts';
import type { Monitoring } from './monitoring.ts';

/** How a room is monitored: through its own objects or the namespace's, and by the namespace's Service in either case. */
export function monitoringSeen(
  room: LiveRoom,
  cluster: Cluster,
  monitoring: Pick<Monitoring, 'problems'>,
): MonitoringSeen {
  const { namespace, uid } = room.metadata;
  const isOwn = hasOwn(room);
  const served = cluster.monitoringKinds();
  const wanted: readonly string[] = monitoringKinds.filter((kind) => wants(room, kind));
  const objects = isOwn
    ? cluster.monitorsOf(roomKey(room)).filter((object) => isControlledBy(object, uid))
    : cluster.monitorsOf(namespace).filter(({ metadata }) => metadata.name === namespaceObject);
  const ofNamespace = monitoring.problems(namespace);
  const problems = isOwn
    ? [...ofNamespace.filter(({ kind }) => kind === 'Service'), ...monitoring.problems(roomKey(room))]
    : ofNamespace.filter(({ kind }) => kind === 'Service' || wanted.includes(kind));
  return {
    wanted,
    served: monitoringKinds.filter((kind) => served[kind]),
    versions: cluster.monitoringVersions(),
    problems,
    leftovers: [...ofNamespace, ...monitoring.problems(roomKey(room))].filter(
      ({ kind, isLeftover }) => isLeftover && isMonitoringKind(kind),
    ),
    objects: objects.filter(({ kind }) => wanted.includes(kind)),
    labelsField: isOwn ? 'spec.monitoring.labels' : "monitoring.labels of the operator's configuration",
    prometheuses: cluster.prometheuses(),
    namespaceLabels: cluster.labelsOf(namespace),
  };
}
