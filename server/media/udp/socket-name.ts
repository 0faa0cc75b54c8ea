import { addressBytes, type Endpoint } from './address.ts';

export type Family = 4 | 6;

/** An endpoint as `struct sockaddr_in` or `sockaddr_in6` of Linux. */
export interface SocketName extends Endpoint {
  readonly family: Family;
  readonly bytes: Buffer;
}

/** Where things lie; the port in network order, the family in the machine's. */
const layouts = { 4: { family: 2, address: 4, size: 16 }, 6: { family: 10, address: 8, size: 28 } } as const;
const portAt = 2;
const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

/**
 * Its bytes for a socket of that family. One of IPv6 reaches IPv4 by mapped addresses. Undefined for what it does not
 * reach, and for an address with a scope, whose interface would have to be looked up.
 */
export function socketNameBytes({ address, port }: Endpoint, family: Family): Buffer | undefined {
  const plain = addressBytes(address);
  const wanted = family === 6 && plain.length === 4 ? Buffer.concat([mappedPrefix, plain]) : plain;
  if (wanted.length !== (family === 6 ? 16 : 4) || address.includes('%')) return undefined;
  const layout = layouts[family];
  const bytes = Buffer.allocUnsafeSlow(layout.size).fill(0);
  bytes.writeUInt16LE(layout.family);
  bytes.writeUInt16BE(port, portAt);
  bytes.set(wanted, layout.address);
  return bytes;
}

/** As `socketNameBytes`. */
export function socketName({ address, port }: Endpoint, family: Family): SocketName | undefined {
  const bytes = socketNameBytes({ address, port }, family);
  return bytes && { address, port, family, bytes };
}
