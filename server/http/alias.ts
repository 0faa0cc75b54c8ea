/**
 * Paths of live-webrtc-go, under which its clients may go on: `/api/whip/publish/{room}` and `/api/whep/play/{room}`. Rooms
 * have no namespace there, so that the name must be that of one room only.
 */
import { publicPath } from '#crds/contract.ts';
import { roomNames } from '../room/room-id.ts';

/** The URL that is meant, or the same where it is no alias, or not of one room. `named` tells rooms as `namespace/name`. */
export function withoutAlias(url: string, named: (name: string) => readonly string[]): string {
  const [, protocol, name = '', query = ''] =
    /^\/api\/(?:(whip)\/publish|whep\/play)\/([\w-]{1,64})\/?(\?.*)?$/.exec(url) ?? [];
  const [room, ...others] = name === '' ? [] : named(name);
  if (room === undefined || others.length > 0) return url;
  return `${publicPath[protocol === 'whip' ? 'whip' : 'whep'](roomNames(room).namespace, name)}${query}`;
}
