import { BlockList, isIP } from 'node:net';

/** What can be told of an IP address from its text. Pure. */

/** 4 or 6; 0 for what is no address. */
export const familyOf = (address: string): number => isIP(address);

/** Addresses that only networks around them can reach, if anybody. */
const ranges: readonly (readonly [network: string, prefix: number])[] = [
  // RFC 1918
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Behind a provider's NAT, RFC 6598
  ['100.64.0.0', 10],
  // Link-local and loopback
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
  ['fe80::', 10],
  ['::1', 128],
  // Unique local, RFC 4193
  ['fc00::', 7],
];

const wordOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const privateNetworks = blockList();

function blockList(): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, wordOf(network));
  return list;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether clients on the same machine alone can reach it. */
export const isLoopback = (address: string): boolean => loopback.check(address, wordOf(address));

/** Whether clients on other networks cannot reach it. */
export const isPrivate = (address: string): boolean => privateNetworks.check(address, wordOf(address));
