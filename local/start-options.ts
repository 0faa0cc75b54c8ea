import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
import { takenByNpm } from '#server/config/taken-by-npm.ts';

export interface StartOptions {
  readonly httpPort: number;
  readonly apiPort: number;
  /** Path of the LiveRoom that is applied. */
  readonly room: string;
  /** Port of Prometheus; undefined: no monitoring. */
  readonly monitoringPort?: number;
}

/** What a user wrote cannot be used; the message says what can. */
export class UsageError extends Error {}

export const defaults = {
  httpPort: 8080,
  apiPort: 0,
  monitoringPort: 9090,
  room: 'docs/examples/liveroom.yaml',
} as const;

export const usage = `Usage: npm start -- [options]

Boots a Kubernetes cluster on this machine, installs the operator, applies a room, and prints its pages.
Ctrl-C stops all of it. Nothing is kept but the binaries in the cache.

  --http-port PORT   port of the rooms' pages and endpoints on 127.0.0.1 (${defaults.httpPort}; 0: any that is free)
  --api-port PORT    port of the Kubernetes API on 127.0.0.1 (default: any that is free)
  --room FILE        the LiveRoom to apply (${defaults.room})
  --monitoring       also a Prometheus Operator and a Prometheus that finds the rooms, with a page of plots
  --prometheus-port PORT
                     its port on 127.0.0.1, with --monitoring (${defaults.monitoringPort}; 0: any that is free)
  --help             this text

Environment:
  LIVEROOM_BINARIES  a folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl;
                     with --monitoring prometheus, prometheus-operator, prometheus-config-reloader, too, and
                     the folder prometheus-operator-crds with the CRDs
  LIVEROOM_NAMESPACE none: do without Linux namespaces
  XDG_CACHE_HOME     where binaries are kept (~/.cache)
  HTTPS_PROXY        how to reach the downloads
`;

/** Reads the arguments of \`npm start\`. Throws UsageError. */
export function startOptions(args: readonly string[], root: string): StartOptions | 'help' {
  const { values } = parsed(args);
  if (values.help) return 'help';
  if (values['prometheus-port'] !== undefined && !values.monitoring) {
    throw new UsageError(
      '--prometheus-port is for --monitoring, which is not given. Say: npm start -- --monitoring --prometheus-port …',
    );
  }
  const room = values.room ?? defaults.room;
  return {
    httpPort: port('http-port', values['http-port'], defaults.httpPort),
    apiPort: port('api-port', values['api-port'], defaults.apiPort),
    room: isAbsolute(room) ? room : join(root, room),
    ...(values.monitoring && {
      monitoringPort: port('prometheus-port', values['prometheus-port'], defaults.monitoringPort),
    }),
  };
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const known = {
  'http-port': text,
  'api-port': text,
  'prometheus-port': text,
  room: text,
  monitoring: flag,
  help: flag,
} as const;

const names = Object.keys(known) as readonly (keyof typeof known)[];

/** As npm tells of it, to which a value that does not stand behind `=` is none of the option's. */
function valuePart({ type }: { readonly type: 'string' | 'boolean' }, told: string): string {
  if (type === 'boolean') return '';
  return told === 'true' ? ' …' : ` ${told}`;
}

function parsed(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    const [stray] = positionals;
    if (stray !== undefined) throw new Error(`What is ${stray}? A file with a room is given as --room ${stray}.`);
    return { values };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nnpm start -- --help lists the options.`);
  }
}

/** Throws UsageError if npm has taken an option for one of its own, of which it tells its scripts by `env`. */
export function refuseTakenByNpm(env: NodeJS.ProcessEnv): void {
  const taken = takenByNpm(names, env);
  if (taken.length === 0) return;
  const meant = taken.map(({ name, value }) => `--${name}${valuePart(known[name], value)}`);
  throw new UsageError(`npm keeps what has no -- before it to itself. Say: npm start -- ${meant.join(' ')}`);
}

/** Which options stand where in arguments that are right. */
export const givenOptions = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: known, tokens: true }).tokens.filter((token) => token.kind === 'option');

function port(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new UsageError(`--${name} is '${value}': a port is a number from 0 to 65535.`);
}
