import type { Filled } from './down/probe.ts';
import { nothingResent, type Resent } from './down/resend.ts';
import type { PlacedViewer } from './egress/share.ts';
import { type DropReason, dropReasons, type SrtpKeys, type TransportSpec } from './plane.ts';
import type { Room, Subscriber } from './room.ts';
import { emptyPacket } from './rtp/packet-cache.ts';
import { emptyHeader, type RtpHeader } from './rtp/rtp.ts';
import { emptyFeedback, type TransportFeedback } from './rtp/transport-feedback.ts';
import type { IceSession, Transport } from './transport.ts';
import type { Endpoint } from './udp/address.ts';
import { type AddressMap, addressMap } from './udp/address-map.ts';
import type { intake } from './up/intake.ts';
import type { Publisher } from './up/up-stream.ts';

/** A transport and what it is in its room; neither publisher nor subscriber until it was told. */
export interface Client {
  readonly spec: TransportSpec;
  readonly transport: Transport;
  /** Kept until it is known which thread needs them. */
  keys: SrtpKeys | undefined;
  room: Room | undefined;
  publisher: Publisher | undefined;
  takeIn: ReturnType<typeof intake> | undefined;
  subscriber: Subscriber | undefined;
  /** Instead, of a subscriber that another thread sends to. */
  placed: PlacedViewer | undefined;
}

export interface MediaState {
  readonly byId: Map<string, Client>;
  readonly byUfrag: Map<string, Client>;
  readonly byAddress: AddressMap<Client>;
  /** Who says to be at an address that is another's, last; see path-check.ts. */
  readonly claims: AddressMap<Client>;
  readonly rooms: Map<string, Room>;
  /** Subscribers that this thread sends to. */
  viewers: number;
  readonly dropped: Record<DropReason, number>;
  /** The slot that every RTP header is read into. */
  readonly header: RtpHeader;
  /** What feedback about arrivals is put together in, and a viewer's is read into. */
  readonly feedback: TransportFeedback;
  readonly resent: Resent;
  nextSecondMs: number;
  /** Subscribers whose links are being tried. */
  readonly probed: Set<Client>;
  readonly filled: Filled;
}

export const mediaState = (nowMs: number): MediaState => ({
  byId: new Map(),
  byUfrag: new Map(),
  byAddress: addressMap(),
  claims: addressMap(),
  rooms: new Map(),
  viewers: 0,
  dropped: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number>,
  header: emptyHeader(),
  feedback: emptyFeedback(),
  resent: nothingResent(),
  nextSecondMs: nowMs + 1000,
  probed: new Set(),
  filled: { packets: 0, bytes: 0, packet: emptyPacket() },
});

/** What comes from there is the client's no more, if it was. */
export function forget({ byAddress, claims }: MediaState, client: Client, at: Endpoint): void {
  byAddress.remove(at, client);
  claims.remove(at, client);
}

/** Checks of that ICE session of the client's are a stranger's from now on. */
export function forgetIce({ byUfrag }: MediaState, client: Client, ice: IceSession | undefined): void {
  if (ice !== undefined && byUfrag.get(ice.localUfrag) === client) byUfrag.delete(ice.localUfrag);
}

/** Media goes by the new ICE session, and nobody needs the one before. */
export function finishRestart(state: MediaState, client: Client, next: IceSession): void {
  const { transport } = client;
  forgetIce(state, client, transport.ice);
  transport.ice = next;
  transport.nextIce = undefined;
}
