import assert from 'node:assert/strict';
import type { Cluster } from '#operator/cluster/cluster.ts';
import type { RoomDependencies } from '#operator/reconcile-room.ts';
import { monitoring } from '#operator/room/monitoring.ts';
import { newborns } from '#operator/room/newborns.ts';
import { restarts } from '#operator/room/restarts.ts';
import { rollouts } from '#operator/room/rollouts.ts';
import { tokensSeen } from '#operator/room/tokens-seen.ts';
import { config } from './objects.ts';

/** What a reconcile gets beside the cluster. Unless given, no host port and no token are wanted, and no pod is asked. */
export function roomDependencies(cluster: Cluster, given: Partial<RoomDependencies> = {}): RoomDependencies {
  const { now = () => 0 } = given;
  return {
    cluster,
    config,
    hostPorts: { withPort: () => assert.fail('no host port is wanted'), noteHeld: () => undefined },
    monitoring: monitoring({ cluster, tell: async () => {} }),
    rollouts: rollouts({ maxConcurrent: 1, onTurn: () => {} }),
    restarts: restarts(),
    askNow: async () => {},
    audience: () => 'Unasked',
    shown: new Map(),
    newToken: () => assert.fail('no token is wanted'),
    tokensSeen: tokensSeen(now),
    newborns: newborns(now),
    tell: async () => {},
    eventsRefused: () => undefined,
    log: { warn: () => {} },
    now,
    ...given,
  };
}
