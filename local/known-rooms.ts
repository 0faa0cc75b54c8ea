import { group } from '#crds/contract.ts';
import { apiVersion, type LiveRoom, plural } from '#crds/liveroom.ts';
import { isStatus } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';

export interface KnownRooms {
  /** As they were seen last; none before their kind is there; undefined as long as nobody has said which there are. */
  list(): readonly LiveRoom[] | undefined;
  stop(): void;
}

export interface KnownRoomsOptions {
  readonly client: KubeClient;
  readonly log: (line: string) => void;
}

/** A copy of all rooms: whoever asks for them costs the API server nothing, and is told of them while that is away. */
export function knownRooms({ client, log }: KnownRoomsOptions): KnownRooms {
  let isKindMissing = false;
  const rooms = reflector<LiveRoom>({
    client,
    path: `/apis/${group}/${apiVersion}/${plural}`,
    onChange: () => {},
    onError(error) {
      isKindMissing = isStatus(error, 404);
      if (!isKindMissing) log(`Rooms of the front door: ${(error as Error).message}`);
    },
    // Their kind comes with the operator, some time after the cluster: its first room is not to be late on the page.
    timing: { backoffMaxMs: 2_000 },
  });
  return {
    list: () => (rooms.isSynced() || isKindMissing ? [...rooms.list()] : undefined),
    stop: rooms.stop,
  };
}
