import { isIPv4, isIPv6 } from 'node:net';

/** An IP address in text, and a port: where something is reached, or came from. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** As a URL has it: IPv6 in brackets (RFC 3986 section 3.2.2). */
export const hostPort = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const mappedPrefix = '::ffff:';

/**
 * The 4 or 16 bytes of an IP address in text. An IPv4 client seen through a dual-stack socket is `::ffff:a.b.c.d`: it
 * gets its 4 bytes, as it knows itself. Throws a RangeError on anything else.
 */
export function addressBytes(address: string): Buffer {
  const plain = address.startsWith(mappedPrefix) ? address.slice(mappedPrefix.length) : address;
  if (isIPv4(plain)) return Buffer.from(plain.split('.').map(Number));
  const unscoped = address.split('%', 1)[0] ?? '';
  if (!isIPv6(unscoped)) throw new RangeError(`not an IP address: ${address}`);
  const [front = '', back] = unscoped.split('::', 2);
  const left = groups(front);
  const right = back === undefined ? [] : groups(back);
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >>> 8, group & 0xff]));
}

/** The 16-bit groups of one side of `::`; a dotted tail is two of them. */
function groups(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
