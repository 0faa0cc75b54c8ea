import type { SocketOptions } from 'node:dgram';

/**
 * For sockets of dgram that send to addresses alone. By itself dgram looks up what it sends to as if it were a name, and sends in
 * a later turn; with this the kernel has the datagram when `send` returns. So is what `bind` does done then, and `listening` told.
 */
export const noLookup =
  (family: 4 | 6): SocketOptions['lookup'] =>
  (address, _options, done) =>
    done(null, address, family);
