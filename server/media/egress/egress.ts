/**
 * Subscribers of one room can be more than one thread can send to. The thread that reads the socket (ingress) then sends to
 * some of them itself, and leaves the others to threads of their own (egress), of which each sends by the same socket:
 *
 *   ingress   STUN, DTLS, publishers, caches          egress   its own subscribers: their keys, all that they are sent,
 *      │  EgressCommands, by messages                    ▲      what they report and ask for
 *      │  packets, by a journal and the shared caches    │
 *      ├─ SRTCP of subscribers, by a mailbox ────────────┤
 *      ◄─ EgressEvents, by messages ─────────────────────┘
 *
 * A subscriber belongs to one thread for good: its SRTP and SRTCP indices live there alone, so that none is used twice.
 */
import type { Call } from '../messages.ts';
import type { CloseReason, DownTrack, SrtpKeys, TransportSpec, UpTrack } from '../plane.ts';
import type { Source } from '../up/source.ts';

/** What an egress thread needs of a source; `shared` is its cache's. */
export interface SourceSpec extends Pick<Source, 'ssrc' | 'clockRate'> {
  readonly shared: SharedArrayBuffer;
}

/** What an egress thread is told, in order with packets and mail. Numbers are given by ingress, and never given again. */
export interface EgressCommands {
  addViewer(viewer: number, spec: TransportSpec, roomId: string, tracks: readonly DownTrack[]): void;
  setKeys(viewer: number, keys: SrtpKeys): void;
  /** Where the viewer is sent to from now on. */
  move(viewer: number, address: string, port: number): void;
  /** Whether it is to be sent no media for now. */
  setGone(viewer: number, isGone: boolean): void;
  chooseLayer(viewer: number, mid: string, rid: string | undefined): void;
  removeViewer(viewer: number): void;
  publish(roomId: string, tracks: readonly UpTrack[]): void;
  unpublish(roomId: string): void;
  /** The encodings of the room's publisher, the lowest first, with the bits a second of each, and the best of them. */
  setLadder(roomId: string, order: readonly number[], bps: readonly number[], best: number): void;
  /** A source of the room's publisher, in the track of that place. */
  addSource(source: number, roomId: string, track: number, spec: SourceSpec): void;
  removeSource(source: number): void;
  /** A sender report of the publisher's. */
  report(source: number, report: Source['report'], clockRate: number): void;
  removeRoom(roomId: string): void;
}

export interface EgressEvents {
  onMedia(transportId: string): void;
  onFirstFrame(transportId: string): void;
  onClosed(transportId: string, reason: CloseReason): void;
  onHeld(transportId: string, isHeld: boolean): void;
  /** Ids of viewers with when something authentic came of each last. */
  onHeard(atMs: Readonly<Record<string, number>>): void;
  onKeyFrameWanted(roomId: string, track: number): void;
  /** Which of several encodings subscribers are sent, or wait for; again and again while they do. */
  onUsed(roomId: string, tracks: readonly number[]): void;
}

/** The way to an egress thread. */
export interface EgressLink {
  tell(...call: Call<EgressCommands>): void;
  /** False when it is too far behind to be told. */
  packet(source: number, index: number, startsKeyFrame: boolean, atMs: number): boolean;
  mail(viewer: number, datagram: Buffer): boolean;
}
