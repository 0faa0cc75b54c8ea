import type { AttemptOptions } from './attempt.ts';
import { ownKey } from './cluster/keys.ts';
import { type NamespaceDependencies, reconcileNamespace } from './reconcile-namespace.ts';
import { type OwnDependencies, reconcileOwn } from './reconcile-own.ts';
import { type RoomDependencies, reconcileRoom } from './reconcile-room.ts';
import { reportUnbegun } from './room/unbegun.ts';

/** What each controller does with a key, once all is seen that there may be. `namespace` is the operator's own. */
export const controllers = (
  namespace: string | undefined,
  dependencies: RoomDependencies & NamespaceDependencies & OwnDependencies & { readonly hasBegun: () => boolean },
): AttemptOptions['reconcile'] => ({
  async liveroom(key) {
    return await (dependencies.hasBegun() ? reconcileRoom : reportUnbegun)(key, dependencies);
  },
  async namespace(key) {
    if (!dependencies.hasBegun()) return { kind: 'done' };
    return await (key === ownKey ? reconcileOwn(namespace, dependencies) : reconcileNamespace(key, dependencies));
  },
});
