import type { SendHistory } from './down/send-history.ts';
import { signingKey } from './ice/hmac-sha1.ts';
import type { Path } from './ice/path-check.ts';
import type { IceSpec, TransportSpec } from './plane.ts';
import { receiverReport, sourceDescription } from './rtp/rtcp-write.ts';
import { type SrtpSession, sealRtcp } from './srtp/srtp.ts';
import type { Endpoint } from './udp/address.ts';

/**
 * Sends a datagram, given in pieces. False when the kernel did not take it at once: then the pieces belong to the socket
 * and must not be written to again.
 */
export type Send = (pieces: readonly Buffer[], to: Endpoint) => boolean;

/** What the checks of one ICE session carry. */
export interface IceSession {
  readonly localUfrag: string;
  readonly remoteUfrag: string;
  /** Of the local password: the client's checks and their answers are signed by it. */
  readonly stunKey: Buffer;
  /** Of the remote one: checks of ours and their answers are. */
  readonly remoteKey: Buffer;
}

/**
 * One client's association. `address` and `port` are where it is sent to; port 0 while nobody knows. What comes first is
 * read for each packet, and lies together in memory because it is made in that order.
 */
export interface Transport extends Endpoint {
  address: string;
  port: number;
  srtp: SrtpSession | undefined;
  /** It has not been heard of at `address` for so long that it is sent neither media nor reports there; see presence.ts. */
  isGone: boolean;
  /** Of what has transport-wide numbers; undefined for a client that was not offered them. */
  history: SendHistory | undefined;
  readonly id: string;
  /** Our name in RTCP (CNAME), which restarts of ICE do not change. */
  readonly cname: string;
  /** The session that media goes by. */
  ice: IceSession;
  /** A restart's, until a check of it nominates. */
  nextIce: IceSession | undefined;
  /** Our SSRC in RTCP that is about nothing we send. */
  readonly rtcpSsrc: number;
  /** Where valid checks came from, the newest last. */
  paths: readonly Path[];
  /** How many checks said where the client wants to be sent to. */
  nominations: number;
  /** As the last report or check of ours told; -1 before the first. */
  roundTripMs: number;
  isNominated: boolean;
  readonly madeMs: number;
  /** When something came that is authentic, from wherever it may be. */
  lastHeardMs: number;
  /** When it last showed that it is at `address`. */
  consentMs: number;
  /** When reports last came from `address` that another thread has the keys of. */
  mailedMs: number;
  /** -1 before the first. */
  lastRtpMs: number;
  /** Whether a subscriber was sent anything. */
  hasMedia: boolean;
  hasFirstFrame: boolean;
  /** DTLS datagrams that may still be passed on in this second. */
  dtlsBudget: number;
  nextReportMs: number;
}

/** A DTLS handshake with a few lost flights takes some dozens; more is an attack on the main thread. */
export const dtlsPerSecond = 100;

export const iceSession = ({ localUfrag, localPwd, remoteUfrag, remotePwd }: IceSpec): IceSession => ({
  localUfrag,
  remoteUfrag,
  stunKey: signingKey(localPwd),
  remoteKey: signingKey(remotePwd),
});

export const transport = (spec: TransportSpec, rtcpSsrc: number, nowMs: number): Transport => ({
  address: '',
  port: 0,
  srtp: undefined,
  isGone: false,
  history: undefined,
  id: spec.id,
  cname: spec.localUfrag,
  ice: iceSession(spec),
  nextIce: undefined,
  rtcpSsrc,
  paths: [],
  nominations: 0,
  roundTripMs: -1,
  isNominated: false,
  madeMs: nowMs,
  lastHeardMs: nowMs,
  consentMs: nowMs,
  mailedMs: nowMs,
  lastRtpMs: -1,
  hasMedia: false,
  hasFirstFrame: false,
  dtlsBudget: dtlsPerSecond,
  nextReportMs: nowMs,
});

/** Sends a compound packet; false while keys or address are not known, or nobody is there. The first of `packets` must be a report. */
export function sendRtcp(to: Transport, packets: readonly Buffer[], send: Send): boolean {
  if (to.srtp === undefined || to.port === 0 || to.isGone) return false;
  send([sealRtcp(to.srtp, Buffer.concat(packets))], to);
  return true;
}

/** As `sendRtcp`, behind the report and the name that every compound has to begin with (RFC 3550 section 6.1). */
export const sendFeedback = (to: Transport, feedback: Buffer, send: Send): boolean =>
  sendRtcp(to, [receiverReport(to.rtcpSsrc, []), sourceDescription(to.rtcpSsrc, to.cname), feedback], send);
