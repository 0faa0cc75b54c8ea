/** The limit: takes a datagram and sends it to all, by the same kind of socket as the media plane's, and nothing else. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { answer } from './forwarding-child.ts';

let forwarded = 0;

async function start(ports: readonly number[]): Promise<number> {
  const socket = dgram.createSocket({ type: 'udp4', lookup: (host, _, callback) => callback(null, host, 4) });
  socket.on('message', (datagram) => {
    for (const port of ports) socket.send(datagram, port, '127.0.0.1');
    forwarded += ports.length;
  });
  // A look-up that answers at once makes the socket listen within `bind`.
  const listening = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await listening;
  socket.setSendBufferSize(4 * 1024 * 1024);
  return socket.address().port;
}

answer(start, () => forwarded);
