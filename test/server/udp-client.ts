import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type DtlsClient, type DtlsServer, RtpHeader, RtpPacket, SrtpSession } from 'werift';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { masterLength } from '#server/media/srtp/srtp-keys.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { noLookup } from '#server/media/udp/no-lookup.ts';
import { eventually } from '#test/harness/eventually.ts';
import { keyFrame } from '#test/server/media/peer.ts';
import { stunCheck } from '#test/server/media/stun-client.ts';
import { type Certificate, certificate, dtlsClient } from './dtls-client.ts';
import { dtlsServer } from './dtls-server.ts';
import { smallOffer } from './offers.ts';
import { post, type Running } from './running.ts';

/**
 * A client that goes all the way: offer, ICE check, DTLS, SRTP. It sends no media by itself, but checks its path each second:
 * the server goes by real time, and takes who says nothing for gone.
 */
export interface UdpClient {
  readonly response: Response;
  readonly location: string;
  readonly isConnected: () => boolean;
  readonly isClosed: () => boolean;
  /** Sends a packet of VP8 that begins a key frame. Only when connected. */
  sendKeyFrame(): void;
  /** How many RTP packets have come. */
  readonly received: () => number;
  /** Checks the path once more. */
  check(): void;
  /** What its checks are signed with. */
  readonly ice: { readonly username: string; readonly password: string };
  /** Keys of its SRTP, from its point of view. Throws before it is connected. */
  keys(): SrtpKeys;
  readonly socket: Socket;
  /** Where it sends to. */
  readonly server: Endpoint;
  stop(): void;
}

export interface UdpClientTraits {
  /** Its own certificate; made for it unless given. */
  readonly owns?: Certificate;
  /** The certificate that it shows in DTLS: its own unless it is a thief. */
  readonly presents?: Certificate;
  /** What its offer says of the roles in DTLS. */
  readonly setup?: 'actpass' | 'active' | 'passive';
  /** Changes its offer. */
  readonly offers?: (sdp: string) => string;
  /** Whether its checks say that it has chosen this pair of addresses. */
  readonly nominates?: boolean;
  /** Whether it goes by the server's IPv6 address rather than by that of IPv4. */
  readonly isByIPv6?: boolean;
  /** Whether it checks its path only until that is answered, and when it is told to: where each datagram counts. */
  readonly isSilent?: boolean;
  /** Called with each RTP packet as it came. */
  readonly onRtp?: (packet: Buffer) => void;
}

/** Sooner than anybody is taken for gone, however late a busy machine makes it. */
const checkEveryMs = 1000;
/** What comes while a test is busy, as far as the kernel allows it. */
const bufferBytes = 4 * 1024 * 1024;

/** POSTs a small offer to an endpoint and connects by the answer. */
export async function udpClient(
  at: Pick<Running, 'fetch'>,
  path: string,
  {
    owns,
    presents,
    setup = 'actpass',
    offers = (sdp) => sdp,
    nominates = true,
    onRtp,
    isByIPv6 = false,
    isSilent = false,
  }: UdpClientTraits = {},
): Promise<UdpClient> {
  const own = owns ?? (await certificate());
  const direction = path.endsWith('whip') ? 'sendonly' : 'recvonly';
  const offer = smallOffer((sdp) =>
    offers(sdp)
      .replace(/sha-256 \S+/, own.fingerprint)
      .replace('sendonly', direction)
      .replace('actpass', setup),
  );
  const response = await post(at, path, offer);
  const answer = await response.text();
  if (response.status !== 201) throw new Error(`${response.status} ${answer}`);
  const [, ufrag = ''] = /a=ice-ufrag:(\S+)/.exec(answer) ?? [];
  const [, password = ''] = /a=ice-pwd:(\S+)/.exec(answer) ?? [];
  const candidates = [...answer.matchAll(/a=candidate:\d+ 1 udp \d+ (\S+) (\d+)/g)];
  const [, address = '', port = ''] = candidates.find(([, at = '']) => at.includes(':') === isByIPv6) ?? [];

  const family = isByIPv6 ? 6 : 4;
  const socket = createSocket({ type: `udp${family}`, recvBufferSize: bufferBytes, lookup: noLookup(family) });
  const listening = once(socket, 'listening');
  socket.bind(0, isByIPv6 ? '::1' : '127.0.0.1');
  await listening;
  let isOpen = true;
  let isClosed = false;
  const send = (datagram: Uint8Array) => {
    if (isOpen) socket.send(datagram, Number(port), address);
  };
  const { dtls, receive, connect, stop } = (setup === 'passive' ? dtlsServer : dtlsClient)(presents ?? own, send);
  let isAnswered = false;
  let received = 0;
  socket.on('message', (datagram) => {
    // RFC 7983: 0 to 3 is STUN, 20 to 63 is DTLS.
    if ((datagram[0] ?? 0) < 4) isAnswered = true;
    else if ((datagram[0] ?? 0) < 64) receive(datagram);
    else if ((datagram[1] ?? 0) < 192 || (datagram[1] ?? 0) > 223) {
      received += 1;
      onRtp?.(datagram);
    }
  });
  dtls.onClose.subscribe(() => {
    isClosed = true;
  });
  const ice = { username: `${ufrag}:abcd`, password };
  const check = stunCheck({ ...ice, useCandidate: nominates });
  const isReached = () => {
    send(check);
    return isAnswered;
  };
  await eventually('the ICE check is answered', isReached).catch((error) => {
    socket.close();
    throw error;
  });
  const staying = isSilent ? undefined : setInterval(() => send(check), checkEveryMs).unref();
  connect();
  let srtp: SrtpSession | undefined;
  let sequenceNumber = 0;
  return {
    response,
    location: response.headers.get('location') ?? '',
    isConnected: () => dtls.connected,
    isClosed: () => isClosed,
    sendKeyFrame: () => {
      srtp ??= srtpOf(dtls);
      sequenceNumber += 1;
      const timestamp = sequenceNumber * 3000;
      const header = new RtpHeader({ ssrc: 1, sequenceNumber, timestamp, payloadType: 96, marker: true });
      send(srtp.encrypt(keyFrame, new RtpPacket(header, keyFrame).header));
    },
    received: () => received,
    check: () => send(check),
    ice,
    keys: () => keysOf(dtls),
    socket,
    server: { address, port: Number(port) },
    stop: () => {
      clearInterval(staying);
      stop();
      isOpen = false;
      socket.close();
    },
  };
}

function keysOf(dtls: DtlsClient | DtlsServer): SrtpKeys {
  const profile = Object.values(srtpProfile).find((known) => known === dtls.srtp.srtpProfile);
  if (profile === undefined) throw new Error('no SRTP profile was agreed on');
  const { key, salt } = masterLength[profile];
  return { profile, ...dtls.extractSessionKeys(key, salt) };
}

function srtpOf(dtls: DtlsClient | DtlsServer): SrtpSession {
  const { profile, localKey, localSalt, remoteKey, remoteSalt } = keysOf(dtls);
  return new SrtpSession({
    profile,
    keys: {
      localMasterKey: Buffer.from(localKey),
      localMasterSalt: Buffer.from(localSalt),
      remoteMasterKey: Buffer.from(remoteKey),
      remoteMasterSalt: Buffer.from(remoteSalt),
    },
  });
}
