import assert from 'node:assert/strict';
import type { Cluster } from '#operator/cluster/cluster.ts';
import type { Config } from '#operator/config.ts';
import type { RoomDependencies } from '#operator/reconcile-room.ts';
import { newborns } from '#operator/room/newborns.ts';
import { restarts } from '#operator/room/restarts.ts';
import { tokensSeen } from '#operator/room/tokens-seen.ts';

/** What a reconcile gets beside these, where no host port and no token are wanted and no pod is asked. */
export const roomDependencies = (
  given: Pick<RoomDependencies, 'monitoring' | 'rollouts'> & { readonly cluster: Cluster; readonly config: Config },
): RoomDependencies => ({
  ...given,
  hostPorts: { withPort: () => assert.fail('no host port is wanted') },
  restarts: restarts(),
  askNow: async () => {},
  audience: () => 'Unasked',
  shown: new Map(),
  newToken: () => assert.fail('no token is wanted'),
  tokensSeen: tokensSeen(() => 0),
  newborns: newborns(() => 0),
  tell: async () => {},
  now: () => 0,
});
