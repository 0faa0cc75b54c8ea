import { type AddressMap, addressMap } from './address-map.ts';
import { type MediaTotals, noTotals } from './counts.ts';
import type { Outbox } from './outbox.ts';
import { type DropReason, dropReasons, type MediaEvents } from './plane.ts';
import type { Room, Subscriber } from './room.ts';
import { emptyHeader, type RtpHeader } from './rtp.ts';
import type { Send, Transport } from './transport.ts';
import type { intake, Publisher } from './up-stream.ts';

/** What the media plane needs of the world. */
export interface World {
  readonly send: Send;
  readonly events: Omit<MediaEvents, 'onFailure'>;
  /** Monotonic milliseconds, with a fraction. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** Where it works; what is in it is sent after each datagram that came. */
  readonly outbox?: Outbox | undefined;
}

/** A transport and what it is in its room; neither publisher nor subscriber until it was told. */
export interface Client {
  readonly transport: Transport;
  room: Room | undefined;
  publisher: Publisher | undefined;
  takeIn: ReturnType<typeof intake> | undefined;
  subscriber: Subscriber | undefined;
}

export interface MediaState {
  readonly byId: Map<string, Client>;
  readonly byUfrag: Map<string, Client>;
  readonly byAddress: AddressMap<Client>;
  readonly rooms: Map<string, Room>;
  readonly dropped: Record<DropReason, number>;
  readonly totals: MediaTotals;
  /** The slot that every RTP header is read into. */
  readonly header: RtpHeader;
  nextSecondMs: number;
}

export const mediaState = (nowMs: number): MediaState => ({
  byId: new Map(),
  byUfrag: new Map(),
  byAddress: addressMap(),
  rooms: new Map(),
  dropped: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number>,
  totals: noTotals(),
  header: emptyHeader(),
  nextSecondMs: nowMs + 1000,
});
