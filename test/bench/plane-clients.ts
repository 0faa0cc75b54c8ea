/** The clients of a media plane that is measured: it is told of them what signalling would have agreed on. */
import { randomBytes } from 'node:crypto';
import type dgram from 'node:dgram';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { stunCheck } from '#test/server/media/stun-client.ts';
import type { PlaneClient } from './forwarding-clients.ts';

export const upSsrc = 7;
/** The payload types of the media and of what is sent again. */
export const mediaType = 96;
const repairType = 97;
const downSsrcs = 1000;
const rtxSsrcs = 2000;

/** How clients get again what they lost. By `Rtx` they also tell when packets came, and packets when they left. */
export type Repairs = 'None' | 'Same' | 'Rtx';

/** Of the numbers that all packets of a transport share. */
export const transportWideId = 3;

/** One of a contender's subscribers. */
export interface Viewer {
  /** From its point of view. */
  readonly keys: SrtpKeys;
  /** Of what it is sent. */
  readonly ssrc: number;
  readonly socket: dgram.Socket;
  send(datagram: Buffer): void;
}

/** The publisher and those it goes to. */
export function clientsOf(subscribers: number, repairs: Repairs) {
  const nack = repairs !== 'None';
  const isWhole = repairs === 'Rtx';
  const codec = { name: isWhole ? 'video/vp8' : 'video/any', payloadType: mediaType, clockRate: 90_000 };
  const codecs = [isWhole ? { ...codec, rtxPayloadType: repairType } : codec];
  const transportWide = isWhole ? { transportWide: transportWideId } : {};
  const extensions = { mid: 1, ...(isWhole && { absSendTime: 2 }), ...transportWide };
  const up = client('up', {
    publishes: {
      kind: 'video',
      mid: '0',
      extensions: transportWide,
      codecs,
      nack,
      pli: true,
      fir: false,
      ssrc: upSsrc,
    },
  });
  const downs = Array.from({ length: subscribers }, (_, i) => {
    const rtx = isWhole ? { rtxSsrc: rtxSsrcs + i } : {};
    const track = { kind: 'video', mid: '0', extensions, ssrc: downSsrcs + i, cname: 'live' } as const;
    return client(`down ${i}`, { subscribes: { ...track, codecs, nack, ...rtx } });
  });
  return { up, downs };
}

const client = (id: string, role: Pick<PlaneClient, 'publishes' | 'subscribes'>): PlaneClient => ({
  spec: { id, localUfrag: `u-${id}`, localPwd: 'password', remoteUfrag: 'remote', remotePwd: 'password' },
  keys: {
    profile: srtpProfile.AEAD_AES_128_GCM,
    localKey: randomBytes(16),
    localSalt: randomBytes(12),
    remoteKey: randomBytes(16),
    remoteSalt: randomBytes(12),
  },
  ...role,
});

/** The keys from the client's point of view. */
export const mirrored = ({ profile, localKey, localSalt, remoteKey, remoteSalt }: SrtpKeys): SrtpKeys => ({
  profile,
  localKey: remoteKey,
  localSalt: remoteSalt,
  remoteKey: localKey,
  remoteSalt: localSalt,
});

export const viewer = ({ keys, subscribes }: PlaneClient, socket: dgram.Socket, port: number): Viewer => ({
  keys: mirrored(keys),
  ssrc: subscribes?.ssrc ?? 0,
  socket,
  send: (datagram) => socket.send(datagram, port, '127.0.0.1'),
});

/** Says to the plane at that port where a client is. */
export function sendCheck({ spec }: PlaneClient, socket: dgram.Socket, port: number): void {
  const username = `${spec.localUfrag}:${spec.remoteUfrag}`;
  socket.send(stunCheck({ username, password: spec.localPwd, useCandidate: true }), port, '127.0.0.1');
}
