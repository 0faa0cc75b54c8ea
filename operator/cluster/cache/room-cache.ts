import { group } from '#crds/contract.ts';
import { merged, withDefaults } from '#crds/defaults.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import type { SpecDefaults } from '../../spec-defaults.ts';
import { roomKey } from '../keys.ts';
import { type Urgency, urgency } from '../queue/urgency.ts';
import type { Cache, CacheOptions } from './cache.ts';
import type { Collect } from './in-namespaces.ts';

export interface RoomCacheOptions
  extends Pick<CacheOptions<LiveRoom>, 'client' | 'onError' | 'onRefused' | 'timing' | 'now' | 'random'> {
  /** A room has changed, and with it what its namespace has once. */
  readonly onKey: (key: string, urgency: Urgency) => void;
  /** What rooms get where their spec is silent. */
  readonly defaults: SpecDefaults | undefined;
}

/** The rooms, each with all that it is to have; by namespace, too. */
export function roomCache(collect: Collect, { onKey, defaults, ...common }: RoomCacheOptions): Cache<LiveRoom> {
  // From here on a room has all that it is to have. An operator may be newer than the CRD, which then prunes what is new.
  const whole = (spec: LiveRoom['spec']) => withDefaults(specSchema, merged(specSchema, spec, defaults));
  const rooms: Cache<LiveRoom> = collect<LiveRoom>(
    { apiVersion: `${group}/${apiVersion}`, kind },
    {
      ...common,
      keep(room): LiveRoom {
        const known = rooms.get(roomKey(room));
        // What is made of a spec is kept for as long as it is the same (build/once-per-spec.ts).
        return { ...room, spec: known !== undefined && isSameSpec(known, room) ? known.spec : whole(room.spec) };
      },
      groupOf: ({ metadata: { namespace } }) => namespace,
      onChange(room, previous, how) {
        if (previous !== undefined && isOnlyStatus(room, previous)) return;
        onKey(roomKey(room), urgency[how]);
        onKey(room.metadata.namespace, urgency[how]);
      },
    },
  );
  return rooms;
}

/** The API server counts each change of a spec. */
const isSameSpec = ({ metadata: a }: LiveRoom, { metadata: b }: LiveRoom): boolean =>
  a.uid === b.uid && a.generation !== undefined && a.generation === b.generation;

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
