import { aliasPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Finding } from './finding.ts';

/**
 * The room that has a room's aliases at its host instead. They have no namespace, so that of rooms of one name the one
 * that was there first has them; whoever comes later takes nobody's encoder away.
 */
export const aliasHolder = (room: LiveRoom, rooms: Iterable<LiveRoom>): LiveRoom | undefined =>
  Iterator.from(rooms)
    .filter((other) => isRival(other, room) && sinceOf(other) < sinceOf(room))
    .toArray()
    .toSorted((a, b) => (sinceOf(a) < sinceOf(b) ? -1 : 1))[0];

const isRival = ({ metadata, spec }: LiveRoom, room: LiveRoom): boolean => {
  const { http } = spec.network;
  return (
    metadata.name === room.metadata.name &&
    metadata.namespace !== room.metadata.namespace &&
    http?.aliases === 'LiveWebRTCGo' &&
    http.host === room.spec.network.http?.host
  );
};

/** Of two that were made in the same second, the namespace that comes first. */
const sinceOf = ({ metadata: { creationTimestamp = '', namespace } }: LiveRoom): string =>
  `${creationTimestamp} ${namespace}`;

export const aliasTaken = (
  { metadata: { name }, spec }: LiveRoom,
  { metadata: holder }: LiveRoom,
): Finding<'EndpointReady'> => ({
  reason: 'NameConflict',
  message: `The paths ${aliasPath.whip(name)} and ${aliasPath.whep(name)} of ${spec.network.http?.host} lead to room ${holder.namespace}/${holder.name}, which was there first. Set spec.network.http.aliases of one of the two to None.`,
});
