import { group } from '#crds/contract.ts';
import { merged, withDefaults } from '#crds/defaults.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import type { SpecDefaults } from '../spec-defaults.ts';
import type { Cache, CacheOptions } from './cache.ts';
import type { Collect } from './in-namespaces.ts';
import { roomKey } from './keys.ts';
import { type Urgency, urgency } from './urgency.ts';

export interface RoomCacheOptions extends Pick<CacheOptions<LiveRoom>, 'client' | 'onError' | 'now' | 'random'> {
  /** A room has changed, and with it what its namespace has once. */
  readonly onKey: (key: string, urgency: Urgency) => void;
  /** What rooms get where their spec is silent. */
  readonly defaults: SpecDefaults | undefined;
}

/** The rooms, each with all that it is to have; by namespace, too. */
export const roomCache = (collect: Collect, { onKey, defaults, ...common }: RoomCacheOptions): Cache<LiveRoom> =>
  collect<LiveRoom>(
    { apiVersion: `${group}/${apiVersion}`, kind },
    {
      ...common,
      // From here on a room has all that it is to have. An operator may be newer than the CRD, which then prunes what is new.
      keep: (room) => ({ ...room, spec: withDefaults(specSchema, merged(specSchema, room.spec, defaults)) }),
      groupOf: ({ metadata: { namespace } }) => namespace,
      onChange(room, previous, how) {
        if (previous !== undefined && isOnlyStatus(room, previous)) return;
        onKey(roomKey(room), urgency[how]);
        onKey(room.metadata.namespace, urgency[how]);
      },
    },
  );

/** Our own reports are no news, nor what others note at a room. */
const isOnlyStatus = (room: LiveRoom, previous: LiveRoom): boolean =>
  room.metadata.generation === previous.metadata.generation &&
  room.metadata.deletionTimestamp === previous.metadata.deletionTimestamp &&
  marksOf(room) === marksOf(previous);

/** The labels and annotations that are for us. */
const marksOf = ({ metadata: { labels, annotations } }: LiveRoom): string =>
  JSON.stringify(
    [labels, annotations].map((all = {}) =>
      Object.entries(all)
        .filter(([name]) => name.startsWith(`${group}/`))
        .toSorted(),
    ),
  );
