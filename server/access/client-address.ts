/**
 * Who asks, when proxies stand between:
 *
 *   client ──► proxy A ──► proxy B ──► us        X-Forwarded-For: client, A      peer: B
 *
 * Each proxy adds whom it was asked by at the end, and anybody can write anything at the front. So the list is read
 * from its end, for as long as those who speak are trusted.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { addressBytes } from '../media/udp/address.ts';

export interface TrustedProxies {
  /** For addresses as {@link clientAddress} returns them. */
  has(address: string): boolean;
}

/** For a peer that has gone before it was asked for its address. */
const unknown = 'unknown';

/** Longer chains are nobody's; what they say is not followed to its end. */
const maxHops = 16;

/**
 * `private`: addresses that no router of the Internet carries, which those of a cluster's proxies are (RFC 1918, RFC
 * 6598, RFC 4193, and those of links and of the machine itself).
 */
const privateNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1',
];

/**
 * Proxies by address (`192.0.2.1`), by network (`10.0.0.0/8`, `fd00::/8`), or all that are `private`. Throws a
 * RangeError that names what is none of these.
 */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks.flatMap((word) => (word === 'private' ? privateNetworks : word))) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : undefined;
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = Number(bits ?? most);
    if (family === undefined || prefix > most) throw new RangeError(`not an IP address or network: ${network}`);
    list.addSubnet(address, prefix, family);
  }
  return { has: (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') };
}

/**
 * The client's address: of the socket's peer, or as the trusted proxies before it say. What cannot be read ends the
 * chain at whoever wrote it.
 *
 * @param forwardedFor All of the `X-Forwarded-For` headers, with commas between, as Node joins them.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let nearest = plainAddress(peer ?? '');
  if (nearest === undefined) return unknown;
  let rest = forwardedFor ?? '';
  for (let hops = 0; hops < maxHops && rest !== '' && proxies.has(nearest); hops++) {
    const comma = rest.lastIndexOf(',');
    const before = forwardedAddress(rest.slice(comma + 1).trim());
    if (before === undefined) break;
    nearest = before;
    rest = rest.slice(0, Math.max(0, comma));
  }
  return nearest;
}

/**
 * What stands for one client where clients are counted: an IPv4 address, or the /64 of an IPv6 one, as a single host
 * has all addresses of that to choose from (RFC 4291 section 2.5.4).
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  return `${addressBytes(address).toString('hex', 0, 8)}/64`;
}

/** `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`; undefined for anything else. */
function forwardedAddress(entry: string): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?)$/.exec(entry) ?? [];
  return plainAddress(v6 ?? v4 ?? entry);
}

/** Without a zone, and an IPv4 address that was mapped into IPv6 as itself. Undefined for what is no address. */
function plainAddress(text: string): string | undefined {
  const unscoped = text.split('%', 1)[0] ?? '';
  if (isIPv4(unscoped)) return unscoped;
  if (!isIPv6(unscoped)) return undefined;
  const bytes = addressBytes(unscoped);
  const isMapped = bytes.length === 4 || bytes.toString('hex', 0, 12) === '00000000000000000000ffff';
  return isMapped ? bytes.subarray(-4).join('.') : unscoped.toLowerCase();
}
