import type { Endpoint } from '../udp/address.ts';

/**
 * One direction of one SRTP or SRTCP association, without state of its own: which index a packet has, and whether it may
 * still be accepted, is decided in srtp.ts. `open` answers undefined for a packet that is not authentic.
 */
export interface RtpCipher {
  /** Bytes that protection adds. */
  readonly overhead: number;
  /**
   * The datagram in pieces, for a gathering send; good until the next call. One (ssrc, index) must never be sealed twice
   * over different bytes.
   */
  seal(header: Buffer, payload: Buffer, ssrc: number, index: number): Buffer[];
  /** As `seal`, into the outbox, whose flush sends it. False where there is no outbox, or it cannot take the packet. */
  post(header: Buffer, payload: Buffer, ssrc: number, index: number, to: Endpoint): boolean;
  /** Ends `post`, and what it held. */
  close(): void;
  /** The payload. `packet` is at least `headerLength + overhead` long. */
  open(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined;
}

export interface RtcpCipher {
  readonly overhead: number;
  /** The whole datagram. `packet` is a compound packet of at least 8 bytes; `index` has 31 bits. */
  seal(packet: Buffer, index: number): Buffer;
  /** The index that a datagram claims, for the replay window. */
  index(packet: Buffer): number;
  /** The compound packet, good until the next packet is opened. `packet` is at least `8 + overhead` long. */
  open(packet: Buffer, index: number): Buffer | undefined;
  /** Frees what it held outside of JavaScript. */
  close(): void;
}
