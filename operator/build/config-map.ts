import { file, type Side, signingKeyFile, tokenFile } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Auth, RoomSettings, RoomsFile } from '#crds/rooms-file.ts';
import { hash } from '../hash.ts';
import { durationMs } from './duration.ts';
import { iceServers } from './ice-servers.ts';
import { roomMeta } from './labels.ts';
import { oncePerSpec } from './once-per-spec.ts';
import { yamlText } from './yaml-text.ts';

/** The room's settings as its pods read them. They watch the file: what is in here changes without a restart. */
export const configMap = (room: LiveRoom) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: roomMeta(room, room.metadata.name),
    data: settings(room).data,
  }) as const;

/** Hash of what a pod reads from its ConfigMap. */
export const settingsHash = (room: LiveRoom): string => settings(room).hash;

/** A reconcile asks for it several times, and mostly for nothing new. */
const settings = oncePerSpec((room) => {
  const data = { [file.rooms]: yamlText(roomsFile(room)) };
  return { data, hash: hash(data) };
});

const roomsFile = (room: LiveRoom): RoomsFile => ({
  rooms: [{ ...roomSettings(room), ...iceServers(room) }],
  drain: { timeoutMs: durationMs(room.spec.drain.timeout) },
});

const roomSettings = ({
  metadata: { namespace, name },
  spec: { publish, play, monitoring },
}: LiveRoom): RoomSettings => ({
  namespace,
  name,
  publish: {
    auth: auth(publish.auth, namespace, name, 'publish'),
    onConflict: publish.onConflict,
    reconnectGraceMs: durationMs(publish.reconnectGrace),
    codecs: publish.codecs,
  },
  play: {
    auth: auth(play.auth, namespace, name, 'play'),
    maxSubscribers: play.maxSubscribers,
  },
  alerts: monitoring.alerts,
});

function auth(spec: LiveRoom['spec'][Side]['auth'], namespace: string, name: string, side: Side): Auth {
  const { mode, jwksURL, issuer, audience } = spec;
  if (mode === 'None') return { mode };
  if (mode === 'BearerToken') return { mode, tokenFile: tokenFile(namespace, name, side) };
  const from = issuer ? { issuer } : {};
  const to = audience ? { audience } : {};
  if (jwksURL !== undefined && audience) return { mode, jwksURL, audience, ...from };
  // A pod without that file lets nobody in.
  return { mode, secretFile: signingKeyFile(namespace, name, side), ...from, ...to };
}
