import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { openRtp, srtpSession } from '#server/media/srtp.ts';
import { stunCheck } from '#test/media/stun-client.ts';
import { startChild } from './forwarding-child.ts';
import type { PlaneClient, PlaneQuestion } from './forwarding-clients.ts';
import { type Contender, type Load, sockets } from './forwarding-load.ts';

const headerLength = 12;
const upSsrc = 7;
/** Every so many packets one is decrypted, to see that what arrives is what was sent. */
const verifiedEvery = 100;

/** Who comes, and with what. */
type Clients = Pick<Load, 'subscribers' | 'payloadBytes'>;

/** A contender whose clients can be silent for a while, if they say from time to time that they are there. */
export interface PlaneContender extends Contender {
  stayAlive(): void;
  /** What else its process answers. */
  ask<T>(question: unknown): Promise<T>;
}

/** Our media plane over AEAD_AES_128_GCM. */
export const plane = (clients: Clients) => start(thread, clients);

/** The packet path alone: of the process's threads, the one of the media. */
export const path = (clients: Clients) => start(thread, clients, { cpuOf: 'media thread' });

/** With an internal port, whose URL the question `address` is answered by. */
export const observed = (clients: Clients) => start(pod, clients);

/** Its core alone, counting, and counting nothing. */
export const counting = (clients: Clients) => start(core, clients);
export const silent = (clients: Clients) => start(core, clients, { isCounting: false });

const thread = new URL('./forwarding-plane-child.ts', import.meta.url);
const pod = new URL('./forwarding-pod-child.ts', import.meta.url);
const core = new URL('./forwarding-core-child.ts', import.meta.url);

type Variant = Partial<Omit<PlaneQuestion, 'clients'>>;

async function start(
  script: URL,
  { subscribers, payloadBytes }: Clients,
  variant: Variant = {},
): Promise<PlaneContender> {
  const child = await startChild(script);
  const codecs = [{ name: 'video/any', payloadType: 96, clockRate: 90_000 }];
  const up = client('up', { publishes: { kind: 'video', mid: '0', codecs, nack: true, pli: true, ssrc: upSsrc } });
  const downs = Array.from({ length: subscribers }, (_, i) =>
    client(`down ${i}`, {
      subscribes: { kind: 'video', mid: '0', midExtensionId: 1, ssrc: 1000 + i, cname: 'live', codecs, nack: true },
    }),
  );
  const port = await child.ask<number>({
    ...{ isCounting: true, cpuOf: 'process', ...variant },
    clients: [up, ...downs],
  } satisfies PlaneQuestion);
  const all = await sockets(subscribers + 1);
  const [upSocket, ...downSockets] = all;
  const check = (socket: Socket, i: number) => sendCheck(socket, [up, ...downs][i], port);
  for (const [i, socket] of all.entries()) {
    check(socket, i);
    await once(socket, 'message');
  }

  const seal = srtpSession(mirrored(up.keys)).outgoing.seal;
  return {
    downSockets,
    publish(packet) {
      const header = Buffer.alloc(headerLength);
      header.writeUInt16BE(0x8060, 0);
      header.writeUInt16BE(packet & 0xffff, 2);
      header.writeUInt32BE(packet, 4);
      header.writeUInt32BE(upSsrc, 8);
      const payload = Buffer.alloc(payloadBytes);
      payload.writeUInt32BE(packet);
      upSocket?.send(seal(header, payload, upSsrc, packet), port, '127.0.0.1');
    },
    onDelivered(listener) {
      for (const [i, socket] of downSockets.entries()) {
        const packetOf = numbered(downs[i]);
        socket.on('message', (datagram) => {
          const packet = packetOf(datagram);
          if (packet !== undefined) listener(packet);
        });
      }
    },
    stayAlive: () => all.forEach(check),
    ask: child.ask,
    usage: child.usage,
    async stop() {
      await child.stop();
      for (const socket of all) socket.close();
    },
  };
}

const client = (id: string, role: Pick<PlaneClient, 'publishes' | 'subscribes'>): PlaneClient => ({
  spec: { id, localUfrag: `u-${id}`, localPwd: 'password', remoteUfrag: 'remote' },
  keys: {
    profile: srtpProfile.AEAD_AES_128_GCM,
    localKey: randomBytes(16),
    localSalt: randomBytes(12),
    remoteKey: randomBytes(16),
    remoteSalt: randomBytes(12),
  },
  ...role,
});

const mirrored = ({ profile, localKey, localSalt, remoteKey, remoteSalt }: SrtpKeys): SrtpKeys => ({
  profile,
  localKey: remoteKey,
  localSalt: remoteSalt,
  remoteKey: localKey,
  remoteSalt: localSalt,
});

type Socket = Awaited<ReturnType<typeof sockets>>[number];

function sendCheck(socket: Socket, of: PlaneClient | undefined, port: number): void {
  if (of === undefined) return;
  const username = `${of.spec.localUfrag}:${of.spec.remoteUfrag}`;
  socket.send(stunCheck({ username, password: of.spec.localPwd, useCandidate: true }), port, '127.0.0.1');
}

/** The publisher's number of a packet: by its timestamp, whose distance one decrypted packet gives away. */
function numbered(of: PlaneClient | undefined): (datagram: Buffer) => number | undefined {
  if (of === undefined) return () => undefined;
  const session = srtpSession(mirrored(of.keys));
  let shift: number | undefined;
  let count = 0;
  return (datagram) => {
    const isRtcp = (datagram[1] ?? 0) >= 192 && (datagram[1] ?? 0) <= 223;
    if (isRtcp) return undefined;
    const timestamp = datagram.readUInt32BE(4);
    if (shift === undefined || count++ % verifiedEvery === 0) {
      const length = headerLength + 4 + 4 * datagram.readUInt16BE(headerLength + 2);
      const payload = openRtp(session, datagram, length, datagram.readUInt32BE(8), datagram.readUInt16BE(2));
      if (typeof payload === 'string') throw new Error(`a forwarded packet is ${payload}`);
      const expected = shift;
      shift = (timestamp - payload.readUInt32BE()) >>> 0;
      if (expected !== undefined && shift !== expected) throw new Error('a forwarded packet is not the one sent');
    }
    return (timestamp - shift) >>> 0;
  };
}
