import { randomFillSync } from 'node:crypto';
import { type SrtpKeys, srtpProfile } from '../plane.ts';
import { extended } from '../rtp/packet-index.ts';
import { word } from '../rtp/rtcp.ts';
import { accept, isFresh, type ReplayWindow, replayWindow } from './replay-window.ts';
import type { RtcpCipher, RtpCipher } from './srtp-cipher.ts';
import { cmRtcpCipher, cmRtpCipher } from './srtp-cm.ts';
import { type Boxes, gcmRtcpCipher, gcmRtpCipher } from './srtp-gcm.ts';
import { checkKeys, type SessionKeys, sessionKeys } from './srtp-keys.ts';

const rtpWindow = 1024;
const rtcpWindow = 128;
/**
 * Sources that one client may have. Only authentic packets add one, so this bounds a client, not an attacker. None is forgotten:
 * what it sent could be sent again.
 */
const maxSources = 64;
const rtcpHeaderLength = 8;

/** One client's SRTP and SRTCP, both directions. */
export interface SrtpSession {
  /** For the fan-out, which keeps the indices of what it sends by itself. */
  readonly outgoing: RtpCipher;
  readonly incoming: { readonly rtp: RtpCipher; readonly rtcp: RtcpCipher };
  readonly outgoingRtcp: RtcpCipher;
  readonly rtpWindows: Map<number, ReplayWindow>;
  readonly rtcpWindows: Map<number, ReplayWindow>;
  /** What the ciphers were made of. */
  readonly keys: readonly SessionKeys[];
  /** One for all of our SSRCs: indices then differ even if two of them were equal. */
  nextRtcpIndex: number;
}

/** Throws like `checkKeys`. The boxes, where there are such, make GCM cheaper, and the session one to be closed. */
export function srtpSession(keys: SrtpKeys, { outbox, inbox, aes }: Boxes = {}): SrtpSession {
  const { profile, localKey, localSalt, remoteKey, remoteSalt } = keys;
  checkKeys(keys);
  const isGcm = profile === srtpProfile.AEAD_AES_128_GCM;
  const rtp = isGcm ? gcmRtpCipher : cmRtpCipher;
  const rtcp = isGcm ? gcmRtcpCipher : cmRtcpCipher;
  const [ours, theirs] = [
    sessionKeys(profile, localKey, localSalt, aes),
    sessionKeys(profile, remoteKey, remoteSalt, aes),
  ];
  return {
    outgoing: rtp(ours.rtp, { outbox }),
    outgoingRtcp: rtcp(ours.rtcp, { outbox }),
    incoming: { rtp: rtp(theirs.rtp, { inbox }), rtcp: rtcp(theirs.rtcp, { inbox }) },
    rtpWindows: new Map(),
    rtcpWindows: new Map(),
    keys: [ours.rtp, ours.rtcp, theirs.rtp, theirs.rtcp],
    nextRtcpIndex: 0,
  };
}

/**
 * Frees what its keys hold outside of JavaScript, and overwrites them: by random bytes, as zeros would be a key that everybody
 * knows. Nothing may be sent by it any more.
 */
export function closeSrtp({ outgoing, outgoingRtcp, incoming, keys }: SrtpSession): void {
  outgoing.close();
  outgoingRtcp.close();
  incoming.rtp.close();
  incoming.rtcp.close();
  for (const { encryption, authentication } of keys) {
    randomFillSync(encryption);
    if (authentication.length > 0) randomFillSync(authentication);
  }
}

export type Refusal = 'MalformedRtp' | 'Replayed' | 'Forged' | 'TooManySources';

/** The payload of an RTP packet whose header was parsed already. Nothing is remembered of a packet that is refused. */
export function openRtp(
  session: SrtpSession,
  packet: Buffer,
  headerLength: number,
  ssrc: number,
  sequence: number,
): Buffer | Refusal {
  const cipher = session.incoming.rtp;
  if (packet.length < headerLength + cipher.overhead) return 'MalformedRtp';
  const known = session.rtpWindows.get(ssrc);
  const index = known === undefined ? sequence : extended(known.newest, sequence);
  // Below zero: older than the first lap, which a sender never was in.
  if (index < 0 || (known !== undefined && !isFresh(known, index))) return 'Replayed';
  const payload = cipher.open(packet, headerLength, ssrc, index);
  if (payload === undefined) return 'Forged';
  const window = known ?? added(session.rtpWindows, ssrc, rtpWindow);
  if (window === undefined) return 'TooManySources';
  accept(window, index);
  return payload;
}

/** The compound packet of an SRTCP datagram, good until the next datagram is opened. */
export function openRtcp(session: SrtpSession, packet: Buffer): Buffer | Refusal {
  const cipher = session.incoming.rtcp;
  if (packet.length < rtcpHeaderLength + cipher.overhead) return 'MalformedRtp';
  const index = cipher.index(packet);
  const ssrc = word(packet, 4);
  const known = session.rtcpWindows.get(ssrc);
  if (known !== undefined && !isFresh(known, index)) return 'Replayed';
  const compound = cipher.open(packet, index);
  if (compound === undefined) return 'Forged';
  const window = known ?? added(session.rtcpWindows, ssrc, rtcpWindow);
  if (window === undefined) return 'TooManySources';
  accept(window, index);
  return compound;
}

/** The SRTCP datagram for a compound packet. Each call takes an index of its own. */
export const sealRtcp = (session: SrtpSession, compound: Buffer): Buffer =>
  session.outgoingRtcp.seal(compound, session.nextRtcpIndex++ & 0x7fffffff);

function added(windows: Map<number, ReplayWindow>, ssrc: number, size: number): ReplayWindow | undefined {
  if (windows.size >= maxSources) return undefined;
  const window = replayWindow(size);
  windows.set(ssrc, window);
  return window;
}
