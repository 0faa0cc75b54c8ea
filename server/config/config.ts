/** What a server is told when it starts: by the environment in a pod, by arguments on a developer's machine. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { env as envName, port } from '#crds/contract.ts';
import type { TrustedProxies } from '../access/client-address.ts';
import type { LogLevel } from '../log.ts';
import type { Endpoint } from '../media/udp/address.ts';
import type { MetricsConfig } from '../metrics/metrics.ts';
import { ConfigError } from './config-error.ts';
import { metricsConfig } from './metrics-config.ts';
import { defaults, knownOptions, parsed } from './options.ts';
import { refuseUnusable } from './refuse-unusable.ts';
import { takenByNpm } from './taken-by-npm.ts';
import {
  boundAt,
  busyLimitRatio,
  cpuRequest,
  endpoints,
  hangLimitMs,
  joinRate,
  logLevel,
  maxConnections,
  proxies,
  token,
} from './values.ts';

export interface Config {
  readonly http: Endpoint;
  readonly internal: Endpoint;
  /** Where the media port is bound; `alsoAt` is an address of the other IP family. */
  readonly media: Endpoint & { readonly alsoAt?: string };
  /** Where clients reach it: known, or written to a file sooner or later. Absent: where it is bound. */
  readonly announce?: { readonly endpoints: readonly Endpoint[] } | { readonly file: string };
  readonly roomsFile: string;
  readonly tokensDir?: string;
  /**
   * An operator looks after the files: it may know settings that this server does not, and makes tokens that are missing,
   * so the server starts all the same, with the side locked to everybody.
   */
  readonly isOperated?: boolean;
  /** For rooms whose settings name no token; only on a developer's machine. */
  readonly defaultTokens?: { readonly publish: string; readonly play: string };
  /** Where it is one of several pods that pass requests on to each other: a folder of what they share, and its UID. */
  readonly peer?: {
    readonly keysDir: string;
    readonly podUid: string;
    /** Lists the room's other pods, if somebody writes it. */
    readonly othersFile?: string;
  };
  readonly logLevel: LogLevel;
  /** After so long without a turn of the main loop the process ends. Absent or 0: never. */
  readonly hangLimitMs?: number;
  /** Processors that the pod may use. Absent: its limit, or those of the machine. */
  readonly cpuRequest?: number;
  /** Whose `X-Forwarded-For` is believed. */
  readonly proxies: TrustedProxies;
  /** Sessions that one address may begin per second. 0: any number. */
  readonly joinsPerSecondPerAddress: number;
  /** Part of its time that a thread may be busy with media before new viewers are refused. Infinity: all of it. */
  readonly busyLimitRatio: number;
  /** Connections that the public port may have at a time. */
  readonly maxConnections: number;
  readonly metrics: MetricsConfig;
}

/** The configuration of a pod. Throws a {@link ConfigError} that names the variable. */
export function podConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const needed = (name: string, what: string) => {
    const value = env[name];
    if (!value) throw new ConfigError(`${name} is not set; it must name ${what}.`);
    return value;
  };
  const address = needed(envName.podIP, "the pod's own address");
  if (isIP(address) === 0) throw new ConfigError(`${envName.podIP} is not an IP address: ${address}`);
  const alsoAt = otherFamily(address, env[envName.podIPs] ?? '');
  const tokensDir = env[envName.tokensDir];
  const addressFile = env[envName.mediaAddressFile];
  const { [envName.keysDir]: keysDir, [envName.podUID]: podUid, [envName.otherPodsFile]: othersFile } = env;
  return {
    http: { address, port: port.http },
    internal: { address, port: port.internal },
    media: { address, port: port.media, ...(alsoAt && { alsoAt }) },
    ...(addressFile && { announce: { file: addressFile } }),
    roomsFile: needed(envName.roomsFile, 'the file with the rooms, such as /etc/liveroom/room/rooms.yaml'),
    ...(tokensDir && { tokensDir }),
    ...(keysDir && podUid && { peer: { keysDir, podUid, ...(othersFile && { othersFile }) } }),
    isOperated: true,
    logLevel: logLevel(env[envName.logLevel] ?? 'info', envName.logLevel),
    hangLimitMs: hangLimitMs(env[envName.hangLimit] ?? defaults.hangLimit, envName.hangLimit),
    ...cpuRequest(env[envName.cpuRequest], envName.cpuRequest),
    proxies: proxies(env[envName.trustedProxies] ?? defaults.proxies, envName.trustedProxies),
    joinsPerSecondPerAddress: joinRate(env[envName.joinRate] ?? defaults.joinRate, envName.joinRate),
    busyLimitRatio: busyLimitRatio(env[envName.busyLimit] ?? defaults.busyLimit, envName.busyLimit),
    maxConnections: maxConnections(env[envName.maxConnections] ?? defaults.maxConnections, envName.maxConnections),
    metrics: metricsConfig({
      prefix: [envName.metricsPrefix, env[envName.metricsPrefix]],
      constLabels: [envName.metricsConstLabels, env[envName.metricsConstLabels]],
      defaults: [envName.metricsDefault, env[envName.metricsDefault]],
    }),
  };
}

/** Of several addresses with commas, the one whose family `address` is not of. */
const otherFamily = (address: string, all: string): string | undefined =>
  all.split(',').find((one) => isIP(one) !== 0 && isIP(one) !== isIP(address));

/**
 * The configuration by arguments; undefined when only help is asked for. Throws a {@link ConfigError}, also if npm kept
 * options to itself, of which it tells by `env`.
 */
export function argumentsConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Config | undefined {
  const { values, positionals, tokens } = parsed(args);
  if (values.help) return undefined;
  const [roomsFile, extra] = positionals;
  const taken = takenByNpm(Object.keys(knownOptions), env).map(({ name }) => `--${name} …`);
  if (taken.length > 0)
    throw new ConfigError(
      `npm keeps what has no -- before it to itself. Say: npm run sfu -- ${roomsFile ?? 'ROOMS_FILE'} ${taken.join(' ')}`,
    );
  if (roomsFile === undefined)
    throw new ConfigError(
      'No rooms file is given. Try: npm run sfu -- docs/examples/rooms.yaml. --help lists the options.',
    );
  if (extra !== undefined) {
    const hasOptions = tokens.some(({ kind }) => kind === 'option');
    const hint = hasOptions ? '' : ` Options need a -- before them: npm run sfu -- ${roomsFile} …`;
    throw new ConfigError(`One rooms file is enough; what is ${extra}?${hint}`);
  }
  const media = boundAt(values.media, '--media', port.media);
  const announce = values.announce === undefined ? undefined : endpoints(values.announce, '--announce');
  refuseUnusable(media, values.announce, announce);
  return {
    http: boundAt(values.http, '--http', port.http),
    internal: boundAt(values.internal, '--internal', port.internal),
    media,
    ...(announce && { announce: { endpoints: announce } }),
    roomsFile,
    ...(values['tokens-dir'] && { tokensDir: values['tokens-dir'] }),
    defaultTokens: {
      publish: token(values['publish-token'], '--publish-token') ?? randomBytes(16).toString('base64url'),
      play: token(values['play-token'], '--play-token') ?? randomBytes(16).toString('base64url'),
    },
    logLevel: logLevel(values['log-level'], '--log-level'),
    hangLimitMs: hangLimitMs(values['hang-limit'], '--hang-limit'),
    ...cpuRequest(values['cpu-request'], '--cpu-request'),
    proxies: proxies(values['trusted-proxies'], '--trusted-proxies'),
    joinsPerSecondPerAddress: joinRate(values['joins-per-address'], '--joins-per-address'),
    busyLimitRatio: busyLimitRatio(values['busy-limit'], '--busy-limit'),
    maxConnections: maxConnections(values['max-connections'], '--max-connections'),
    metrics: metricsConfig({
      prefix: ['--metrics-prefix', values['metrics-prefix']],
      constLabels: ['--metrics-labels', values['metrics-labels']],
      defaults: ['--metrics-default', values['metrics-default']],
    }),
  };
}
