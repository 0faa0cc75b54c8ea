/**
 * Where datagrams wait that are no media, so that media overtakes them: a report, or a check of a stranger's, may take as long
 * as a packet to ten viewers. What waits keeps its order.
 */
import type { Endpoint } from './udp/address.ts';

export interface PutAside {
  /** Keeps a copy; false when there is no room, or it is longer than anything that clients should send. */
  put(datagram: Buffer, from: Endpoint): boolean;
  isFull(): boolean;
  /** Hands over all of them. Both arguments of `listener` are overwritten by the next one. */
  release(listener: (datagram: Buffer, from: Endpoint) => void): void;
}

/** Media that comes meanwhile waits for so many, some 300 µs where strangers send what takes longest. */
const places = 32;
/** As long as what is opened, of SRTP as of DTLS: many networks carry more than an Ethernet frame. */
const maxLength = 2048;

/** Allocates only what was never as long before. */
export function putAside(): PutAside {
  const block = Buffer.allocUnsafeSlow((places + 1) * maxLength);
  const lengths = new Uint16Array(places);
  const froms = Array.from({ length: places }, () => ({ address: '', port: 0 }));
  const views: (Buffer | undefined)[] = [];
  /** What is handed over lies in front of all that wait: views of one place are enough. */
  const view = (length: number): Buffer => (views[length] ??= block.subarray(0, length));
  const startOf = (place: number): number => (place + 1) * maxLength;
  let count = 0;
  return {
    put(datagram, { address, port }) {
      const from = froms[count];
      if (from === undefined || datagram.length > maxLength) return false;
      block.set(datagram, startOf(count));
      lengths[count] = datagram.length;
      from.address = address;
      from.port = port;
      count += 1;
      return true;
    },
    isFull: () => count === places,
    release(listener) {
      const waited = count;
      for (let place = 0; place < waited; place++) {
        const length = lengths[place] ?? 0;
        const start = startOf(place);
        block.copyWithin(0, start, start + length);
        listener(view(length), froms[place] as Endpoint);
      }
      count = 0;
    },
  };
}
