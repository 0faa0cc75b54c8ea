import { publicPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import { routing } from './routing.ts';

/** Where to publish and to watch. */
export function urls(room: LiveRoom, config: Config) {
  const { namespace, name } = room.metadata;
  const base = baseURL(room, config);
  return {
    whipURL: base + publicPath.whip(namespace, name),
    whepURL: base + publicPath.whep(namespace, name),
    playerURL: base + publicPath.player(namespace, name),
  };
}

/**
 * By the room's host name, behind the public base URL, or by the Service's name inside the cluster. Of a host that the
 * public URL names too, that one knows more: whether there is TLS in front, and which port.
 */
function baseURL(room: LiveRoom, { publicURL }: Config): string {
  const route = routing(room);
  if (route.by === 'Nothing') return publicURL ?? `http://${room.metadata.name}.${room.metadata.namespace}.svc`;
  const isTheSame = publicURL !== undefined && new URL(publicURL).hostname === route.host;
  return isTheSame ? publicURL : `${route.scheme}://${route.host}`;
}
