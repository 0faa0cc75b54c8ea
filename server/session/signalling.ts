/** From an offer to an answer: what WHIP and WHEP do once HTTP has let them in. */
import { randomBytes } from 'node:crypto';
import { type Draw, draws } from '../draws.ts';
import type { IceSpec, MediaPlane, UpTrack } from '../media/plane.ts';
import type { Endpoint } from '../media/udp/address.ts';
import type { SessionMeter } from '../meter.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { Rooms } from '../room/rooms.ts';
import type { DtlsIdentity } from '../rtc/dtls/dtls.ts';
import { type AnsweredMedia, answer } from '../rtc/sdp/answer.ts';
import { taggedSection } from '../rtc/sdp/bundle.ts';
import type { IceCredentials } from '../rtc/sdp/ice-credentials.ts';
import { negotiatePlay, negotiatePublish } from '../rtc/sdp/negotiate.ts';
import { offer } from '../rtc/sdp/offer.ts';
import { SdpError } from '../rtc/sdp/sdp.ts';
import { restartFragment } from '../rtc/sdp/sdpfrag.ts';
import type { Admission } from './admission.ts';
import type { NewSession } from './new-session.ts';
import type { Sessions } from './sessions.ts';
import { isStranded } from './stranded.ts';

export interface SignallingOptions {
  readonly media: MediaPlane;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  /** Why nobody new of the role is let in just now, if nobody is. */
  readonly closed: (role: Role) => Refusal | undefined;
  /** An id for a session, which nobody can guess. */
  readonly newId: () => string;
  /** The process's DTLS certificate. */
  readonly identity: DtlsIdentity;
  /** Where clients reach the media port. */
  readonly announced: () => readonly Endpoint[];
  readonly meter: Pick<SessionMeter, 'codecMissing' | 'roomFull'>;
  /** Tells a viewer to make another session in place of the one that it has. */
  readonly reconnect: (session: string) => void;
  readonly admission: Admission;
}

/** With random bytes, of which each session takes some. */
type Signalling = SignallingOptions & { readonly draw: Draw };

/** Who asks to come in, with what. */
export interface Asked {
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
  readonly sdp: string;
  /** Whose request it is. */
  readonly address: string;
  /** Who it is, by a token that says so. */
  readonly subject?: string | undefined;
  /** When the request came. */
  readonly askedMs: number;
}

/** What a client gets for its offer: the SDP answer, and the id that stands in its session's URL. */
export interface Created {
  readonly id: string;
  readonly answer: string;
  /** Our username fragment, which names the ICE session that begins with the answer. */
  readonly localUfrag: string;
}

/** What a client gets for the ICE credentials of a restart. */
export interface Restarted {
  /** Ours, and where we are reached: a fragment of SDP. */
  readonly fragment: string;
  readonly localUfrag: string;
}

type Answered = Omit<Created, 'id'>;

/** Makes a session. Rejects with {@link Refused}; then nothing is left of it. */
export type Create = (asked: Asked) => Promise<Created>;

export function signalling(options: SignallingOptions): Create {
  const signalling = { ...options, draw: draws() };
  return async (asked) => {
    const id = options.newId();
    const { role, room, address } = asked;
    options.admission.enter({ session: id, role, room, address });
    try {
      return { id, ...(await (role === 'publisher' ? publish : play)(signalling, id, asked)) };
    } catch (error) {
      options.sessions.end(id, 'Internal');
      options.rooms.leave(room, id, 'Lost');
      options.admission.left(id);
      throw refusal(options.meter, asked, error);
    }
  };
}

async function publish(options: Signalling, id: string, asked: Asked): Promise<Answered> {
  const { room, sdp } = asked;
  const { rooms, media, identity } = options;
  const before = rooms.get(room);
  const wanted = offer(sdp, 'send');
  const agreed = negotiatePublish(wanted, before.settings.publish.codecs);
  const sitting = before.room.publisher?.id;
  const silentForMs = await silence(media, sitting);
  checkOpen(options, 'publisher');
  // Another may have come while we asked; then the silence was its predecessor's.
  const isSame = rooms.get(room).room.publisher?.id === sitting;
  rooms.publish(room, id, isSame ? silentForMs : undefined);
  const session = { ...of(asked), id, published: agreed.tracks, received: [], identity };
  const local = open(options, session, agreed.media);
  media.publish(id, room, agreed.tracks);
  sendBackStranded(options, room, agreed.tracks);
  return answered(options, agreed.media, local);
}

async function play(options: Signalling, id: string, asked: Asked): Promise<Answered> {
  const { room, sdp } = asked;
  const { rooms, sessions, media, identity, draw } = options;
  const wanted = offer(sdp, 'receive');
  const { settings, room: now } = rooms.get(room);
  checkOpen(options, 'subscriber');
  rooms.subscribe(room, id);
  const published = sessions.get(now.publisher?.id ?? '')?.published ?? [];
  const random = { randomSsrc: () => draw(4).readUInt32BE() || 1, cname: secret(draw, 9) };
  const agreed = negotiatePlay(wanted, settings.publish.codecs, published, random);
  const session = { ...of(asked), id, published: [], received: agreed.tracks, identity };
  const local = open(options, session, agreed.media);
  media.subscribe(id, room, agreed.tracks);
  return answered(options, agreed.media, local);
}

/** Right before somebody comes in: it may drain since the request began to come. */
function checkOpen({ closed }: Signalling, role: Role) {
  const refusal = closed(role);
  if (refusal) throw new Refused(refusal);
}

/** What was agreed on with a viewer does not change; one that cannot follow the new publisher has to ask anew. */
function sendBackStranded(
  { rooms, sessions, reconnect }: SignallingOptions,
  room: string,
  published: readonly UpTrack[],
) {
  for (const viewer of rooms.get(room).room.subscribers.keys())
    if (isStranded(sessions.get(viewer)?.received ?? [], published)) reconnect(viewer);
}

/** Without the offer, which nobody needs once it is answered. */
const of = ({ sdp: _, ...session }: Asked) => session;

function open(
  { sessions, draw }: Signalling,
  session: Omit<NewSession, 'ice' | 'mids' | 'transportSection' | 'fingerprints' | 'setup'>,
  media: readonly AnsweredMedia[],
) {
  const { kind, mid, transport } = taggedSection(media);
  const { fingerprints, ourSetup: setup } = transport;
  const ice = iceWith(transport, draw);
  sessions.open({
    ...session,
    ice,
    mids: media.map(({ offered }) => offered.mid),
    transportSection: { kind, mid },
    fingerprints,
    setup,
  });
  return { iceUfrag: ice.localUfrag, icePwd: ice.localPwd, fingerprint: session.identity.fingerprint, setup };
}

const answered = (
  { announced, draw }: Signalling,
  media: readonly AnsweredMedia[],
  local: ReturnType<typeof open>,
): Answered => ({
  answer: answer(media, { ...local, candidates: announced() }, draw(6).readUIntBE(0, 6)),
  localUfrag: local.iceUfrag,
});

/**
 * Begins a new ICE session with a client that has new credentials. Undefined when the session has ended. What media goes
 * by stays until the client has found its way with the new one; if it never does, it is as if nothing had happened.
 */
export function restartIce(
  { sessions, announced }: Pick<SignallingOptions, 'sessions' | 'announced'>,
  id: string,
  client: IceCredentials,
): Restarted | undefined {
  const session = sessions.get(id);
  if (session === undefined) return undefined;
  const ice = iceWith(client, randomBytes);
  sessions.restartIce(id, ice);
  const local = { iceUfrag: ice.localUfrag, icePwd: ice.localPwd, candidates: announced() };
  return { fragment: restartFragment(local, session.transportSection), localUfrag: ice.localUfrag };
}

/** With credentials of ours, made for it. */
const iceWith = ({ iceUfrag, icePwd }: IceCredentials, draw: Draw): IceSpec => ({
  localUfrag: secret(draw, 6),
  localPwd: secret(draw, 18),
  remoteUfrag: iceUfrag,
  remotePwd: icePwd,
});

/** Milliseconds since that publisher's last packet; undefined before its first, and without a publisher. */
async function silence(media: MediaPlane, publisher: string | undefined): Promise<number | undefined> {
  if (publisher === undefined) return undefined;
  const ms = (await media.snapshot()).silentForMs[publisher];
  return ms === undefined || ms < 0 ? undefined : ms;
}

/** What went wrong, as the client is to be told; counted where a room could not serve it. */
function refusal(meter: SignallingOptions['meter'], { role, room }: Asked, error: unknown): unknown {
  if (error instanceof Refused && error.refusal.reason === 'RoomFull') meter.roomFull(room);
  if (!(error instanceof SdpError)) return error;
  if (error.withoutCodec !== undefined) meter.codecMissing(room, error.withoutCodec);
  const isOfCodecs = role === 'subscriber' && error.withoutCodec !== undefined;
  const unusable = isOfCodecs ? 'NotAcceptable' : 'UnusableOffer';
  return new Refused({ reason: error.kind === 'malformed' ? 'MalformedOffer' : unusable, detail: error.message });
}

/** Base64 has just the characters that ICE allows (RFC 8839 section 5.4), as long as nothing needs padding. */
const secret = (draw: Draw, bytes: 6 | 9 | 18) => draw(bytes).toString('base64');
