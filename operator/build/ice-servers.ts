import { turnSecretFile } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { RoomSettings } from '#crds/rooms-file.ts';
import { durationMs } from './duration.ts';

/** A secret of a TURN server: which key of which Secret has it, and which file shows it to the server. */
export interface TurnSecret {
  readonly secret: string;
  readonly key: string;
  readonly file: string;
}

const fileOf = ({ metadata: { namespace, name } }: LiveRoom, index: number) => turnSecretFile(namespace, name, index);

/** What the room's TURN servers share with us. They are part of the pod, as a volume is not to be changed. */
export const turnSecrets = (room: LiveRoom): readonly TurnSecret[] =>
  (room.spec.network.iceServers ?? []).flatMap(({ secretRef }, index) =>
    secretRef === undefined ? [] : [{ secret: secretRef.name, key: secretRef.key, file: fileOf(room, index) }],
  );

/** STUN and TURN servers as the room's pods read of them; nothing where there are none. */
export function iceServers(room: LiveRoom): Pick<RoomSettings, 'iceServers'> {
  const { iceServers: named = [] } = room.spec.network;
  if (named.length === 0) return {};
  const told = named.map(({ urls, secretRef, credentialTTL }, i) => ({
    urls,
    ...(secretRef && { secretFile: fileOf(room, i) }),
    ...(credentialTTL !== undefined && { credentialTTLMs: durationMs(credentialTTL) }),
  }));
  return { iceServers: told };
}
