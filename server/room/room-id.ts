import type { RoomSettings } from '#crds/rooms-file.ts';

type Names = Pick<RoomSettings, 'namespace' | 'name'>;

/** What a room is known by among those of a server, in its logs, and in tokens. */
export const roomId = ({ namespace, name }: Names): string => `${namespace}/${name}`;

/** Of what `roomId` gives. */
export function roomNames(id: string): Names {
  const [namespace = '', name = ''] = id.split('/');
  return { namespace, name };
}
