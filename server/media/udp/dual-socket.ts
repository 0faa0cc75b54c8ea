/** One UDP port at an address of each IP family. */
import { byFfi } from '#server/node/by-ffi.ts';
import type { Endpoint } from './address.ts';
import { isAnyWaiting } from './descriptor.ts';
import { type Outbox, outbox } from './outbox.ts';
import { type Reader, reader } from './reader.ts';
import { type MediaSocket, openSocket } from './socket.ts';

export interface MediaSockets extends MediaSocket {
  /** Where it works. What goes by `send` goes this way then, too, by the next flush. */
  readonly outbox: Outbox | undefined;
  /** Where it works: reads from now on what `onDatagram` would be told of. */
  takeReader(): Reader | undefined;
}

/**
 * Opens the UDP socket of all clients, or, with an address of the other family, two that look like one. Rejects when an
 * address or port cannot be bound. `onSlower` is told why there is no outbox, if there is none.
 */
export async function openSockets(
  { address, port, alsoAt }: Endpoint & { readonly alsoAt?: string },
  onSendFailed: () => void,
  onSlower: (reason: string) => void = () => {},
): Promise<MediaSockets> {
  const opened: MediaSocket[] = [];
  const open = async (at: Endpoint): Promise<MediaSocket> => {
    const socket = await openSocket(at, onSendFailed);
    opened.push(socket);
    return socket;
  };
  try {
    const first = await open({ address, port });
    if (alsoAt === undefined) return withOutbox(first, onSlower);
    return withOutbox(dual(first, await open({ address: alsoAt, port: first.local.port })), onSlower);
  } catch (error) {
    for (const socket of opened) socket.close();
    throw error;
  }
}

/** Each client is answered from the address of its own family. */
function dual(first: MediaSocket, second: MediaSocket): MediaSocket {
  const [four, six] = isIPv6(first.local) ? [second, first] : [first, second];
  return {
    local: first.local,
    send: (pieces, to) => (isIPv6(to) ? six : four).send(pieces, to),
    exits: [...first.exits, ...second.exits],
    onDatagram(listener) {
      first.onDatagram(listener);
      second.onDatagram(listener);
    },
    stopReading() {
      first.stopReading();
      second.stopReading();
    },
    isQueued: () => first.isQueued() || second.isQueued(),
    close() {
      first.close();
      second.close();
    },
  };
}

function withOutbox(socket: MediaSocket, onSlower: (reason: string) => void): MediaSockets {
  const descriptors = socket.exits.map(({ descriptor }) => descriptor);
  const isWaiting = byFfi((ffi) => isAnyWaiting(ffi, descriptors));
  const box = outbox(socket.exits, isWaiting, onSlower);
  return {
    ...socket,
    send: (pieces, to) => box?.put(pieces, to) || socket.send(pieces, to),
    outbox: box,
    takeReader() {
      const reading = byFfi((ffi) => reader(ffi, descriptors) ?? 'these sockets cannot be read so');
      if (reading !== undefined) socket.stopReading();
      return reading;
    },
    close() {
      box?.close();
      socket.close();
    },
  };
}

/** Of an address without a name: once a packet, so that it must cost nothing. */
const isIPv6 = ({ address }: Endpoint): boolean => address.includes(':');
