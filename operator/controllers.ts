import type { AttemptOptions } from './attempt.ts';
import { ownKey } from './cluster/keys.ts';
import { type NamespaceDependencies, reconcileNamespace } from './reconcile-namespace.ts';
import { type OwnDependencies, reconcileOwn } from './reconcile-own.ts';
import { type RoomDependencies, reconcileRoom } from './reconcile-room.ts';

/** What each controller does with a key. `namespace` is the operator's own. */
export const controllers = (
  namespace: string | undefined,
  dependencies: RoomDependencies & NamespaceDependencies & OwnDependencies,
): AttemptOptions['reconcile'] => ({
  liveroom: (key) => reconcileRoom(key, dependencies),
  namespace: (key) => (key === ownKey ? reconcileOwn(namespace, dependencies) : reconcileNamespace(key, dependencies)),
});
