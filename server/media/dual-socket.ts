/** One UDP port at an address of each IP family. */
import type { Endpoint } from './address.ts';
import type { Outbox } from './outbox.ts';
import { type MediaSocket, openSocket } from './socket.ts';

/**
 * Opens the UDP socket of all clients, or, with an address of the other family, two that look like one. Rejects when an
 * address or port cannot be bound.
 */
export async function openSockets(
  { address, port, alsoAt }: Endpoint & { readonly alsoAt?: string },
  onSendFailed: () => void,
): Promise<MediaSocket> {
  const first = await openSocket({ address, port }, onSendFailed);
  if (alsoAt === undefined) return first;
  try {
    return dual(first, await openSocket({ address: alsoAt, port: first.local.port }, onSendFailed));
  } catch (error) {
    first.close();
    throw error;
  }
}

/** Each client is answered from the address of its own family. */
function dual(first: MediaSocket, second: MediaSocket): MediaSocket {
  const [four, six] = isIPv6(first.local) ? [second, first] : [first, second];
  return {
    local: first.local,
    send: (pieces, to) => (isIPv6(to) ? six : four).send(pieces, to),
    outbox: four.outbox && onlyIPv4(four.outbox),
    onDatagram(listener) {
      first.onDatagram(listener);
      second.onDatagram(listener);
    },
    close() {
      first.close();
      second.close();
    },
  };
}

/** An outbox sends by its own socket: what is for the other is left to `send`. */
const onlyIPv4 = (outbox: Outbox): Outbox => ({
  ...outbox,
  put: (pieces, to) => !isIPv6(to) && outbox.put(pieces, to),
  open(key) {
    const box = outbox.open(key);
    return { ...box, add: (header, payload, to) => !isIPv6(to) && box.add(header, payload, to) };
  },
});

/** Of an address without a name: once a packet, so that it must cost nothing. */
const isIPv6 = ({ address }: Endpoint): boolean => address.includes(':');
