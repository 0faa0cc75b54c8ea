/**
 * Where signalling meets packets. Everything that touches a packet stands behind this interface, so that it can run in a
 * worker thread, and so that a native part can one day stand in its place.
 *
 *   main thread                         media thread
 *   HTTP, SDP, DTLS handshakes          UDP socket: STUN, SRTP, rewrite, fan-out
 *        │  addTransport, publish, …         │
 *        ├──────────────────────────────────►│
 *        │  onDtls, onConnected, onClosed    │
 *        ◄───────────────────────────────────┤
 */
import { mediaMetric } from '#crds/media-metrics.ts';
import type { ByKind, MediaTotals, RoomCounters } from './counts.ts';
import type { ViewersAsked, ViewersSeen } from './down/viewer-figures.ts';
import type { Ingest } from './up/ingest.ts';
import type { Hint } from './up/ingest-hints.ts';
import type { Layer } from './up/told-layers.ts';

/** SRTP protection profiles by their DTLS-SRTP number (RFC 5764, RFC 7714), the preferred one first. */
export const srtpProfile = { AEAD_AES_128_GCM: 7, AES128_CM_HMAC_SHA1_80: 1 } as const;
export type SrtpProfile = (typeof srtpProfile)[keyof typeof srtpProfile];

export type Kind = 'audio' | 'video';

/**
 * The credentials of one ICE session. We are ICE-lite: the client checks, we answer (RFC 8445 section 2.5). Only an address
 * that it moves to is checked by us, before it is sent media.
 */
export interface IceSpec {
  readonly localUfrag: string;
  readonly localPwd: string;
  readonly remoteUfrag: string;
  readonly remotePwd: string;
}

/** One client, with the ICE session that it begins with. */
export interface TransportSpec extends IceSpec {
  readonly id: string;
}

/** Master keys and salts as DTLS-SRTP exports them, from our point of view. */
export interface SrtpKeys {
  readonly profile: SrtpProfile;
  readonly localKey: Uint8Array;
  readonly localSalt: Uint8Array;
  readonly remoteKey: Uint8Array;
  readonly remoteSalt: Uint8Array;
}

/** One codec of an m-section: its payload type, and that of its retransmissions (RFC 4588) where negotiated. */
export interface PayloadCodec {
  /** Lower case `video/vp8`, plus the profile where there are some (`video/h264;42e01f;1`), so that equal names can be forwarded. */
  readonly name: string;
  readonly payloadType: number;
  readonly rtxPayloadType?: number;
  readonly clockRate: number;
  /** Of redundancy (RED, RFC 2198) alone: the payload type of what it repeats. */
  readonly blockType?: number;
}

/**
 * Ids of RTP header extensions (RFC 8285) that were negotiated for a track: each is read, or written. `transportWide` only
 * where feedback of that kind was negotiated too.
 */
export interface ExtensionIds {
  readonly mid?: number;
  /** Which encoding of a track a packet is of, and which one it repairs (RFC 8852). */
  readonly rid?: number;
  readonly repairedRid?: number;
  readonly absSendTime?: number;
  readonly transportWide?: number;
  /** Passed on from publishers to viewers, as are the others from here on. */
  readonly audioLevel?: number;
  readonly playoutDelay?: number;
  readonly dependencyDescriptor?: number;
}

/** A track that a publisher sends. */
export interface UpTrack {
  readonly kind: Kind;
  /** Of its m-section. Empty where the client has given it none; `extensions` has no `mid` then. */
  readonly mid: string;
  readonly extensions: ExtensionIds;
  /** Its encodings, where it has several (RFC 8853): each is sent as a stream of its own, and told apart by these names. */
  readonly rids?: readonly string[];
  /** The one encoding that this is; the media plane makes such tracks of one that has `rids`. */
  readonly rid?: string;
  /** From `a=ssrc`, where the offer has it; otherwise learnt from the MID extension, or from the payload type. */
  readonly ssrc?: number;
  readonly codecs: readonly PayloadCodec[];
  readonly nack: boolean;
  readonly pli: boolean;
  /** Key frames can be asked for by FIR (RFC 5104). */
  readonly fir: boolean;
}

/** A track that a subscriber is sent. `ssrc` and `rtxSsrc` are ours, and stand in the answer. */
export interface DownTrack {
  readonly kind: Kind;
  /** As that of an {@link UpTrack}. */
  readonly mid: string;
  readonly extensions: ExtensionIds;
  readonly ssrc: number;
  readonly rtxSsrc?: number;
  readonly cname: string;
  readonly codecs: readonly PayloadCodec[];
  readonly nack: boolean;
}

/**
 * Why a transport ended by itself; it is removed then. `Silent`: no check and no packet for 15 s. `NoMedia`: of a publisher
 * for two minutes nothing but checks. `Bye`: RTCP BYE, of a subscriber, or of all that a publisher sent.
 */
export type CloseReason = 'Silent' | 'NoMedia' | 'Bye';

/** Why a datagram was dropped. */
export const dropReasons = mediaMetric.datagramsDropped.labels.reason;
export type DropReason = (typeof dropReasons)[number];

/** How busy the media thread is, over the last five to ten seconds. */
export interface ThreadLoad {
  /** Part of the time for which its loop was busy. */
  readonly utilization: number;
  /** The longest that a turn of its loop was late, in seconds. */
  readonly lagSeconds: number;
}

/** What a scrape reads. Counters only ever grow while the thread lives. */
export interface MediaSnapshot {
  readonly rooms: Readonly<Record<string, RoomCounters>>;
  readonly totals: MediaTotals;
  /** Tracks that flow now. */
  readonly tracks: { readonly published: ByKind<number>; readonly subscribed: ByKind<number> };
  /** What publishers send, by room; of those that have begun. */
  readonly ingest: Readonly<Record<string, Ingest>>;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly transports: number;
  /** Transports by id with the time since their last RTP packet, in milliseconds; -1 before the first. */
  readonly silentForMs: Readonly<Record<string, number>>;
  /** Of the thread that reads the socket. */
  readonly load: ThreadLoad;
  /** Of those that only send, where there are any. */
  readonly egressLoads: readonly ThreadLoad[];
  /** Between the main thread and the media thread, since both run. */
  readonly messages: { readonly toMedia: number; readonly toMain: number };
}

/** Work that falls back on `node:crypto` or dgram, and why. */
export interface SlowerPart {
  readonly part: 'deriving keys' | 'opening packets' | 'sending packets';
  readonly reason: string;
}

export interface MediaEvents {
  /** A DTLS datagram from the client. Copied: the receiver may keep it. */
  onDtls(transportId: string, datagram: Uint8Array): void;
  /** The first valid STUN check with USE-CANDIDATE; later moves of the client's address are silent. */
  onConnected(transportId: string): void;
  /** Once per transport: the first RTP packet of a publisher that decrypted, the first that a subscriber was sent. */
  onMedia(transportId: string): void;
  /**
   * Once per transport: the first key frame was received of a publisher, or sent to a subscriber. Where no video is to be
   * had it is the first packet.
   */
  onFirstFrame(transportId: string): void;
  /** What about a publisher's media is bad for viewers now: all of it, each time that something came or went. */
  onHints(transportId: string, hints: readonly Hint[]): void;
  /** The encodings of a publisher that has several, the lowest first; again when they have changed, once a second at most. */
  onLayers(transportId: string, layers: readonly Layer[]): void;
  /** A subscriber's network does not carry the least of the video, so that it is sent none; or it does again. */
  onHeld(transportId: string, isHeld: boolean): void;
  onClosed(transportId: string, reason: CloseReason): void;
  /** Another thread to send by could not begin, for this reason: viewers are shared out between those that there are. Once. */
  onThreadRefused(reason: string): void;
  /** These parts of the work go the slower way. Once. */
  onSlower(parts: readonly SlowerPart[]): void;
  /** The thread died. Nothing can be forwarded any more: the process should end with the reason. */
  onFailure(error: Error): void;
}

/** Everything but `start`, `snapshot`, `viewers` and `close` is fire and forget, in order. */
export interface MediaPlane {
  /** The address and port that were bound (the port is useful when 0 was asked for). */
  readonly local: { readonly address: string; readonly port: number };
  addTransport(spec: TransportSpec): void;
  /**
   * Lets the client check with other credentials, too. Those of before hold until a check with the new ones nominates a
   * pair, or until another restart takes the place of this one (RFC 8445 section 9). Media goes on meanwhile.
   */
  restartIce(transportId: string, ice: IceSpec): void;
  /** Sends a DTLS datagram to the client's last valid address; dropped while there is none. */
  sendDtls(transportId: string, datagram: Uint8Array): void;
  /** Once per transport; what comes later is ignored. Throws a RangeError for keys of a wrong length. */
  setKeys(transportId: string, keys: SrtpKeys): void;
  /** Makes the transport the room's one publisher. A former one must have been removed before. */
  publish(transportId: string, roomId: string, tracks: readonly UpTrack[]): void;
  /**
   * Adds a subscriber; it is sent media as soon as a publisher is there and keys are set, from a key frame on. Throws a
   * RangeError when two of its SSRCs are equal. A transport publishes or subscribes once; what comes later is ignored.
   */
  subscribe(transportId: string, roomId: string, tracks: readonly DownTrack[]): void;
  /**
   * The encoding that a subscriber is to be sent of the publisher's, by its name, for as long as it flows; undefined: what
   * its network carries. It holds for later publishers with such a name too.
   */
  chooseLayer(transportId: string, mid: string, rid: string | undefined): void;
  removeTransport(transportId: string): void;
  /** Forgets a room that has neither publisher nor subscribers, and its counters. */
  removeRoom(roomId: string): void;
  snapshot(): Promise<MediaSnapshot>;
  /** How viewers do, one by one. */
  viewers(asked: ViewersAsked): Promise<ViewersSeen>;
  /** Resolves when the media thread has turned its loop once; for liveness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
