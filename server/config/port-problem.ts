import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Endpoint, hostPort } from '../media/udp/address.ts';
import type { Config } from './config.ts';
import { saidAgain } from './said-again.ts';

const problems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EACCES: 'is not allowed to this user',
};

type Option = 'http' | 'internal' | 'media';
type Ports = Pick<Config, Option | 'announce'>;

/**
 * What to do about an error of `listen` or `bind`, for whoever starts a server with options: of all its ports that cannot be
 * had, as a server that runs already has all of them. Undefined for any other error. To be called when none is bound any more.
 *
 * @param args the options that it was started with, which are to be given again
 */
export async function portProblem(error: unknown, ports: Ports, args: readonly string[]): Promise<string | undefined> {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (problems[code] === undefined) return undefined;
  const options = ['http', 'internal', 'media'] as const;
  const tried = await Promise.all(options.map(async (option) => ({ option, code: await codeOf(option, ports) })));
  const failing = tried.filter((one) => problems[one.code] !== undefined);
  // It has come free meanwhile, or two were to have the same one.
  const told = failing.length > 0 ? failing : [{ option: failedOption(error, ports), code }];
  const what = told
    .map((one) => `${protocolOf(one.option)} ${hostPort(ports[one.option])} ${problems[one.code]}`)
    .join('; ');
  const instead = new Map<string, string>(told.map((one) => [one.option, other(one.code, ports[one.option])]));
  const isMediaMoved = told.some((one) => one.option === 'media' && one.code === 'EADDRINUSE');
  const announced = isMediaMoved ? announcedInstead(ports) : '';
  if (announced !== '') instead.set('announce', announced);
  return `${what}. Choose ${told.length > 1 ? 'others' : 'another'}: ${saidAgain(args, instead)}`;
}

/** The code of the error that it takes to have the port; empty without one. */
async function codeOf(option: Option, ports: Ports): Promise<string> {
  const { address, port } = ports[option];
  const end = new AbortController();
  const taking =
    option === 'media'
      ? createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', signal: end.signal }).bind(port, address)
      : createServer().listen({ host: address, port, signal: end.signal });
  const code = await once(taking, 'listening').then(
    () => '',
    ({ code: found = '' }: NodeJS.ErrnoException) => found,
  );
  const closed = code === '' ? once(taking, 'close') : undefined;
  end.abort();
  await closed;
  return code;
}

function failedOption(error: unknown, { internal }: Ports): Option {
  const { syscall, address, port } = error as NodeJS.ErrnoException & Partial<Endpoint>;
  if (syscall === 'bind') return 'media';
  return internal.address === address && internal.port === (port ?? 0) ? 'internal' : 'http';
}

/** Where clients are sent to, which is to be the new media port where it was the old one; empty if nothing was said of it. */
function announcedInstead({ announce, media }: Ports): string {
  const endpoints = announce !== undefined && 'endpoints' in announce ? announce.endpoints : [];
  return endpoints.map((at) => hostPort(at.port === media.port ? next(at) : at)).join(',');
}

const next = (at: Endpoint): Endpoint => ({ ...at, port: at.port + 1 });

const protocolOf = (option: Option): string => (option === 'media' ? 'UDP' : 'TCP');

const other = (code: string, at: Endpoint): string => (code === 'EADDRINUSE' ? hostPort(next(at)) : '127.0.0.1:PORT');
