import { startChild } from './forwarding-child.ts';
import { type Contender, type Load, sockets } from './forwarding-load.ts';

/** A UDP relay without any protection. */
export async function relay({ subscribers, payloadBytes }: Load): Promise<Contender> {
  const child = await startChild(new URL('./forwarding-relay-child.ts', import.meta.url));
  const [up, ...downs] = await sockets(subscribers + 1);
  const port = await child.ask<number>(downs.map((socket) => socket.address().port));
  return {
    downSockets: downs,
    publish(packet) {
      const datagram = Buffer.alloc(12 + payloadBytes);
      datagram.writeUInt32BE(packet, 4);
      const handedOverMs = performance.now();
      up?.send(datagram, port, '127.0.0.1');
      return handedOverMs;
    },
    onDelivered(listener) {
      for (const socket of downs) socket.on('message', (datagram) => listener(datagram.readUInt32BE(4)));
    },
    usage: child.usage,
    async stop() {
      await child.stop();
      for (const socket of [up, ...downs]) socket?.close();
    },
  };
}
