/** What the HTTP server asks of the rest. */
import { randomBytes } from 'node:crypto';
import type { RoomSettings } from '#crds/rooms-file.ts';
import type { roomAccess } from './access/room-access.ts';
import { type IceServer, iceServerLinks, turnTtlMs } from './access/turn-credentials.ts';
import type { ViewerEvents } from './events/viewer-events.ts';
import type { Endpoints } from './http/endpoints.ts';
import { iceTag } from './http/entity-tag.ts';
import type { IceSession } from './http/ice-patch.ts';
import { unknownSession } from './http/unknown-session.ts';
import { shortId } from './log.ts';
import type { MediaPlane } from './media/plane.ts';
import type { SessionMeter } from './meter.ts';
import { Refused } from './room/refusal.ts';
import type { Role } from './room/room.ts';
import type { Clock, Rooms } from './room/rooms.ts';
import type { Admission } from './session/admission.ts';
import { chosenLayer } from './session/chosen-layer.ts';
import { closed, type Shortage } from './session/closed.ts';
import type { Sessions } from './session/sessions.ts';
import { restartIce, signalling } from './session/signalling.ts';
import type { Settings } from './settings/settings.ts';
import type { ServerState } from './state.ts';

interface Parts {
  readonly state: ServerState;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly media: MediaPlane;
  readonly clock: Clock;
  readonly meter: SessionMeter;
  readonly admission: Admission;
  readonly shortage: () => Shortage;
  readonly events: Pick<ViewerEvents, 'reconnect'>;
  readonly accessOf: ReturnType<typeof roomAccess>;
  readonly newId: () => string;
}

/** {@link Endpoints} over rooms and sessions, by the settings of the moment. */
export function endpoints({
  state,
  rooms,
  sessions,
  media,
  clock,
  meter,
  admission,
  events,
  accessOf,
  shortage,
  newId,
}: Parts): Endpoints {
  const announced = () => state.settings.announced ?? [];
  const closedTo = (role: Role) => closed(role, state, shortage());
  const create = signalling({
    media,
    rooms,
    sessions,
    closed: closedTo,
    newId,
    identity: state.identity,
    announced,
    meter,
    admission,
    reconnect: events.reconnect,
  });
  return {
    create: ({ waitedMs, ...asked }) => create({ ...asked, askedMs: clock.now() - waitedMs }),
    exists: (room) => rooms.has(room),
    named: (name) => rooms.list().flatMap(({ id, settings }) => (settings.name === name ? [id] : [])),
    access: (role, room) => {
      const { publish, play } = rooms.get(room).settings;
      return accessOf((role === 'publisher' ? publish : play).auth, state.settings);
    },
    iceLinks: (room, session = randomBytes(16).toString('base64url')) =>
      iceServerLinks(iceServers(rooms.get(room).settings, state.settings), {
        user: shortId(session),
        nowMs: clock.now(),
      }),
    closed: closedTo,
    has: (role, room, id) => {
      const session = sessions.get(id);
      return session?.role === role && session.room === room;
    },
    subject: (id) => sessions.get(id)?.subject,
    ice: (id) => iceSession(sessions.get(id)),
    restartIce: (id, client) => restartIce({ sessions, announced }, id, client),
    chooseLayer: (id, asked) => {
      const viewer = sessions.get(id);
      if (viewer === undefined) throw new Refused(unknownSession);
      const publisher = sessions.get(rooms.get(viewer.room).room.publisher?.id ?? '');
      const { mid, rid } = chosenLayer(asked, viewer, publisher?.published.flatMap(({ rids }) => rids ?? []) ?? []);
      media.chooseLayer(id, mid, rid);
    },
    end: (id) => sessions.end(id, 'Deleted'),
  };
}

function iceSession(session: ReturnType<Sessions['get']>): IceSession | undefined {
  if (session === undefined) return undefined;
  const { localUfrag, remoteUfrag, remotePwd } = session.ice;
  return {
    tag: iceTag(localUfrag),
    iceUfrag: remoteUfrag,
    icePwd: remotePwd,
    mids: session.mids,
    former: session.formerUfrags,
  };
}

/** With what is shared with each. A TURN server whose secret cannot be read is left out: nobody could use it. */
const iceServers = ({ iceServers: named = [] }: RoomSettings, { turnSecrets }: Settings): readonly IceServer[] =>
  named.map(({ urls, secretFile, credentialTTLMs: ttlMs = turnTtlMs }) => {
    const secret = turnSecrets.get(secretFile ?? '');
    return secret === undefined ? { urls: urls.filter((url) => !/^turn/i.test(url)) } : { urls, secret, ttlMs };
  });
