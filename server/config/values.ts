/** What stands in a variable or an argument, read. Each throws a {@link ConfigError} that names `where` it stands. */
import { BlockList, isIP } from 'node:net';
import { type TrustedProxies, trustedProxies } from '../access/client-address.ts';
import { type LogLevel, logLevels } from '../log.ts';
import { type Endpoint, hostPort } from '../media/udp/address.ts';
import { tokenForm } from '../settings/rooms-file-fields.ts';
import { ConfigError } from './config-error.ts';

/** Endpoints with commas between. */
export const endpoints = (text: string, where: string): readonly Endpoint[] =>
  text.split(',').map((one) => endpoint(one.trim(), where));

/** `address:port`, IPv6 in brackets. */
export function endpoint(text: string, where: string): Endpoint {
  const at = read(text);
  if (at !== undefined) return at;
  throw new ConfigError(`${where} must be an IP address and a port, such as 127.0.0.1:7882, not ${text}`);
}

/** Where to be bound: an `endpoint`, or a port alone, which is one of {@link thisMachine}; such as `usual`. */
export function boundAt(text: string, where: string, usual: number): Endpoint {
  const at = read(text.includes(':') ? text : `${thisMachine}:${text}`);
  if (at !== undefined) return at;
  const example = hostPort({ address: thisMachine, port: usual });
  throw new ConfigError(`${where} must be a port, or an IP address and a port, such as ${example}, not ${text}`);
}

/** Nobody comes in from elsewhere unless an address is named. */
export const thisMachine = '127.0.0.1';

const everywhere = new BlockList();
everywhere.addAddress('0.0.0.0');
everywhere.addAddress('::', 'ipv6');

/** Whether an IP address stands for all of the machine's, in any notation. */
export const isEverywhere = (address: string): boolean =>
  everywhere.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

function read(text: string): Endpoint | undefined {
  const [, inBrackets, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = inBrackets ?? plain ?? '';
  return isIP(address) === 0 || Number(port) > 65_535 ? undefined : { address, port: Number(port) };
}

export function logLevel(text: string, where: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new ConfigError(`${where} must be one of ${logLevels.join(', ')}, not ${text}`);
  return level;
}

/** Two looks are needed to see a heart stand still. */
export function hangLimitMs(text: string, where: string): number {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds === 0 || (seconds >= 2 && seconds <= 3600)) return seconds * 1000;
  throw new ConfigError(`${where} must be 0 or 2 to 3600 seconds, not ${text}`);
}

export function proxies(text: string, where: string): TrustedProxies {
  const words = text.split(',').map((word) => word.trim());
  try {
    return trustedProxies(words.filter((word) => word !== ''));
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as RangeError).message}; there may be networks, and private`, {
      cause: error,
    });
  }
}

export function joinRate(text: string, where: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new ConfigError(`${where} must be a whole number from 0 to 9999, not ${text}`);
}

export function busyLimitRatio(text: string, where: string): number {
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (percent === 0) return Number.POSITIVE_INFINITY;
  if (percent >= 20 && percent <= 100) return percent / 100;
  throw new ConfigError(`${where} must be 0 or 20 to 100 percent, not ${text}`);
}

export function maxConnections(text: string, where: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 100) return count;
  throw new ConfigError(`${where} must be a whole number from 100 to 999999, not ${text}`);
}

export function cpuRequest(text: string | undefined, where: string): { readonly cpuRequest?: number } {
  if (text === undefined) return {};
  const cores = /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (cores > 0) return { cpuRequest: cores };
  throw new ConfigError(`${where} must be a number of processors, such as 1.5, not ${text}`);
}

/** An empty one is what a shell's variable leaves that is not set. Nobody could enter with it. */
export function token(text: string | undefined, where: string): string | undefined {
  if (text === undefined || tokenForm.pattern.test(text)) return text;
  const hint = text === '' ? '; it is empty: left out, one is made up' : '';
  throw new ConfigError(`${where} must be 1 character or more, ${tokenForm.words}${hint}`);
}
