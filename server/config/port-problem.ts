import type { Endpoint } from '../rtc/sdp/answer.ts';
import type { Config } from './config.ts';

const problems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EACCES: 'is not allowed to this user',
};

/**
 * What to do about an error of `listen` or `bind`, for whoever starts a server with options; undefined for any other
 * error.
 */
export function portProblem(error: unknown, config: Pick<Config, 'http' | 'internal' | 'media'>): string | undefined {
  const { code = '', syscall, address, port } = error as NodeJS.ErrnoException & Partial<Endpoint>;
  const problem = problems[code];
  if (problem === undefined) return undefined;
  const isFailed = (endpoint: Endpoint) => endpoint.address === address && endpoint.port === (port ?? 0);
  const tcp = isFailed(config.internal) ? 'internal' : 'http';
  const option = syscall === 'bind' ? 'media' : tcp;
  const { address: wanted, port: at } = config[option];
  const shown = wanted.includes(':') ? `[${wanted}]` : wanted;
  const other = code === 'EADDRINUSE' ? `${shown}:${at + 1}` : '127.0.0.1:PORT';
  const protocol = option === 'media' ? 'UDP' : 'TCP';
  return `${protocol} ${shown}:${at} ${problem}. Choose another: npm run sfu -- ROOMS_FILE --${option} ${other}`;
}
