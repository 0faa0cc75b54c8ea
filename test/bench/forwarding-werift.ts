import type dgram from 'node:dgram';
import { type RTCPeerConnection, RtpHeader, RtpPacket } from 'werift';
import { srtpProfile } from '#server/media/plane.ts';
import { startChild } from './forwarding-child.ts';
import type { Contender, Load } from './forwarding-load.ts';
import type { WeriftQuestion } from './forwarding-werift-child.ts';
import { isConnected, peerConnection } from './forwarding-werift-pair.ts';

/** werift on both sides. What arrives at the subscribers is only counted: their werift would take a core by itself. */
export async function werift({ subscribers, payloadBytes }: Load): Promise<Contender> {
  const child = await startChild(new URL('./forwarding-werift-child.ts', import.meta.url));
  const ask = <T>(question: WeriftQuestion) => child.ask<T>(question);
  const publisher = peerConnection();
  const { sender } = publisher.addTransceiver('video', { direction: 'sendonly' });
  await publisher.setLocalDescription(await publisher.createOffer());
  const sdp = await ask<string>({ offer: publisher.localDescription?.sdp ?? '' });
  await publisher.setRemoteDescription({ type: 'answer', sdp });
  await isConnected(publisher);
  const downs: RTCPeerConnection[] = [];
  for (let i = 0; i < subscribers; i++) downs.push(await subscribed(ask));
  return {
    downSockets: downs.map((down) => transportOf(down).socket),
    publish(packet) {
      const header = new RtpHeader({ payloadType: 96, sequenceNumber: packet & 0xffff, timestamp: packet });
      // It seals and sends in turns of its own.
      const handedOverMs = performance.now();
      sender.sendRtp(new RtpPacket(header, Buffer.alloc(payloadBytes))).catch(() => undefined);
      return handedOverMs;
    },
    onDelivered(listener) {
      for (const down of downs) tap(down, (datagram) => listener(datagram.readUInt32BE(4)));
    },
    usage: child.usage,
    async stop() {
      await child.stop();
      await Promise.all([publisher, ...downs].map((connection) => connection.close()));
    },
  };
}

async function subscribed(ask: <T>(question: WeriftQuestion) => Promise<T>): Promise<RTCPeerConnection> {
  const connection = peerConnection();
  await connection.setRemoteDescription({ type: 'offer', sdp: await ask<string>('offer') });
  await connection.setLocalDescription(await connection.createAnswer());
  const profile = await ask<number>({ answer: connection.localDescription?.sdp ?? '' });
  await isConnected(connection);
  if (profile !== srtpProfile.AEAD_AES_128_GCM) throw new Error(`werift chose SRTP profile ${profile}, not GCM`);
  return connection;
}

/** The socket's side of a pair; werift declares less of it than there is. */
interface Tappable {
  transport: { socket: dgram.Socket; onData: (datagram: Buffer, address: readonly [string, number]) => void };
}

function transportOf(connection: RTCPeerConnection): Tappable['transport'] {
  const pair = connection.dtlsTransports[0]?.iceTransport.connection.nominated;
  if (pair === undefined) throw new Error('a subscriber has no nominated pair');
  return (pair.protocol as unknown as Tappable).transport;
}

/** Takes RTP away from werift's receiver, before it costs anything. */
function tap(connection: RTCPeerConnection, onRtp: (datagram: Buffer) => void): void {
  const transport = transportOf(connection);
  const rest = transport.onData;
  transport.onData = (datagram, address) => {
    const [first = 0, second = 0] = datagram;
    const isRtp = first >= 128 && first <= 191 && (second < 192 || second > 223);
    if (isRtp) onRtp(datagram);
    else rest(datagram, address);
  };
}
