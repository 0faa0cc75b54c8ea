import { publicPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';

/** Where to publish and to watch: behind the public base URL, or by the Service's name inside the cluster. */
export function urls({ metadata: { namespace, name } }: LiveRoom, { publicURL }: Config) {
  const base = publicURL ?? `http://${name}.${namespace}.svc`;
  return {
    whipURL: base + publicPath.whip(namespace, name),
    whepURL: base + publicPath.whep(namespace, name),
    playerURL: base + publicPath.player(namespace, name),
  };
}
