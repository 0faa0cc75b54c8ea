import { namespaceObject } from '#crds/contract.ts';
import { desiredOfNamespace } from './build/desired.ts';
import { isOurs } from './build/labels.ts';
import type { Cluster } from './cluster/cluster.ts';
import { operatorOf, roomKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import type { Config } from './config.ts';
import { isBeingDeleted } from './kube.ts';
import type { Log } from './log.ts';
import type { Monitoring, Problem } from './room/monitoring.ts';
import type { SharedKeys } from './room/shared-keys.ts';

export interface NamespaceDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly monitoring: Monitoring;
  readonly sharedKeys: SharedKeys;
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
  { cluster, config, monitoring, sharedKeys, forgetEvents, log, onRoom }: NamespaceDependencies,
): Promise<Outcome> {
  const forget = () => {
    monitoring.forget(namespace);
    sharedKeys.forget(namespace);
  };
  if (cluster.isTerminating(namespace)) {
    forget();
    forgetEvents(namespace);
    return { kind: 'done' };
  }
  const rooms = cluster.roomsIn(namespace).filter((room) => !isBeingDeleted(room));
  const [first = config.id ?? ''] = rooms.map(operatorOf).toSorted();
  if (first !== (config.id ?? '')) {
    forget();
    return { kind: 'done' };
  }
  const wanted = rooms.length === 0 ? [] : desiredOfNamespace(namespace, rooms, config, cluster.monitoringKinds());
  const found = () => cluster.objectsOf(namespace).filter(({ metadata: { name } }) => name === namespaceObject);
  // The watch of rooms may be behind those of what was made for them.
  const isUntouched = found().length === 0;
  const isLast = rooms.length === 0 && !isUntouched;
  if (isLast && (await cluster.roomsNow(namespace)).length > 0) return { kind: 'done', againInMs: lookAgainMs };
  const settle = (besides: readonly Problem[]) =>
    monitoring.settle(namespace, wanted, { owner: 'Namespace', owned: found(), isOurs, besides });
  // What is watched comes first and goes last: by that whoever is interrupted finds what is left to do.
  const begun = rooms.length > 0 && isUntouched ? await settle([]) : undefined;
  const left = isLast ? await sharedKeys.clear(namespace) : [];
  const lacking = rooms.length > 0 ? await sharedKeys.settle(namespace).catch((error: unknown) => ({ error })) : [];
  const { isNews, againInMs } = await settle('error' in lacking ? [] : [...left, ...lacking]);
  if (isNews || begun?.isNews) {
    for (const room of rooms) onRoom(roomKey(room));
    // The last room takes away with it who could say so.
    for (const { message, kind } of monitoring.problems(namespace)) log.warn(message, { namespace, kind });
  }
  if (rooms.length === 0) {
    forget();
    forgetEvents(namespace);
  }
  if ('error' in lacking) throw lacking.error;
  return { kind: 'done', ...(againInMs === undefined ? {} : { againInMs }) };
}
