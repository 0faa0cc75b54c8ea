import { aliasPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';

/**
 * Paths of live-webrtc-go that are to lead to the room at its host name, too; none unless it asks for them. Each with a slash
 * behind it as well, as pods take it and clients may write it.
 */
export const aliases = ({ metadata: { name }, spec }: LiveRoom): readonly string[] =>
  spec.network.http?.aliases === 'LiveWebRTCGo'
    ? [aliasPath.whip(name), aliasPath.whep(name)].flatMap((path) => [path, `${path}/`])
    : [];
