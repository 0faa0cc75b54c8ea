import { namespaceObject } from '#crds/contract.ts';
import { desiredOfNamespace } from './build/desired.ts';
import { isOurs } from './build/labels.ts';
import type { Cluster } from './cluster/cluster.ts';
import { operatorOf, roomKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import type { Config } from './config.ts';
import { isBeingDeleted } from './kube.ts';
import type { Log } from './log.ts';
import type { Monitoring } from './room/monitoring.ts';

export interface NamespaceDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly monitoring: Monitoring;
  /** Nothing more is told of the namespace. */
  readonly forgetEvents: (namespace: string) => void;
  readonly log: Log;
  /** The room has something else to report. */
  readonly onRoom: (key: string) => void;
}

/** A room that comes and goes while its watch is broken is never told of. */
const lookAgainMs = 60_000;

/**
 * Makes what a namespace has once with its first room, and deletes it with its last. Where several operators have rooms in
 * it, the one whose id comes first does so for all of them; two that did would undo each other's work for ever.
 */
export async function reconcileNamespace(
  namespace: string,
  { cluster, config, monitoring, forgetEvents, log, onRoom }: NamespaceDependencies,
): Promise<Outcome> {
  if (cluster.isTerminating(namespace)) {
    monitoring.forget(namespace);
    forgetEvents(namespace);
    return { kind: 'done' };
  }
  const rooms = cluster.roomsIn(namespace).filter((room) => !isBeingDeleted(room));
  const [first = config.id ?? ''] = rooms.map(operatorOf).toSorted();
  if (first !== (config.id ?? '')) {
    monitoring.forget(namespace);
    return { kind: 'done' };
  }
  const wanted = rooms.length === 0 ? [] : desiredOfNamespace(namespace, rooms, config, cluster.monitoringKinds());
  const owned = cluster.objectsOf(namespace).filter(({ metadata: { name } }) => name === namespaceObject);
  // The watch of rooms may be behind those of what was made for them.
  const isLast = rooms.length === 0 && owned.length > 0;
  if (isLast && (await cluster.roomsNow(namespace)).length > 0) return { kind: 'done', againInMs: lookAgainMs };
  const { isNews, againInMs } = await monitoring.settle(namespace, wanted, {
    owner: 'Namespace',
    owned,
    isOurs,
  });
  if (isNews) {
    for (const room of rooms) onRoom(roomKey(room));
    // The last room takes away with it who could say so.
    for (const { message, kind } of monitoring.problems(namespace)) log.warn(message, { namespace, kind });
  }
  if (rooms.length === 0) {
    monitoring.forget(namespace);
    forgetEvents(namespace);
  }
  return { kind: 'done', ...(againInMs === undefined ? {} : { againInMs }) };
}
