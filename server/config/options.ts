/** The options of `npm run sfu`. */
import { parseArgs } from 'node:util';
import { port } from '#crds/contract.ts';
import { logLevels } from '../log.ts';
import { ConfigError } from './config-error.ts';
import { thisMachine } from './values.ts';

/** In words, as they are given. */
export const defaults = {
  /** In seconds. Longer than any turn of a loop that will go on, and sooner than the kubelet gives a pod up. */
  hangLimit: '15',
  /** Proxies of a cluster have private addresses. Without them all who come through one would count as one client. */
  proxies: 'private',
  /** An office may have one address for all of its people, who join when the event begins. */
  joinRate: '20',
  /** In percent. From there on packets wait for each other, and a burst finds no time that is left. */
  busyLimit: '90',
  /** Each viewer's event stream takes one. Ten thousand take some 110 MB. */
  maxConnections: '10000',
} as const;

export const usage = `Usage: npm run sfu -- ROOMS_FILE [options]

Runs one media server without Kubernetes. ROOMS_FILE lists the rooms; docs/examples/rooms.yaml is one.
Without the -- npm keeps options to itself.

  --http [ADDRESS:]PORT      pages, WHIP and WHEP       (${thisMachine}:${port.http})
  --internal [ADDRESS:]PORT  probes, metrics, stats     (${thisMachine}:${port.internal})
  --media [ADDRESS:]PORT     UDP port for all media     (${thisMachine}:${port.media})
  --announce ADDRESS:PORT    where media reaches it, several with commas   (as --media)
                             Needed with --media at 0.0.0.0 or [::].
  --publish-token TOKEN      of all rooms that name none   (made up)
  --play-token TOKEN         of all rooms that name none   (made up)
  --tokens-dir DIR           folder of the rooms' tokenFile
  --log-level LEVEL          ${logLevels.join(', ')}   (info)
  --hang-limit SECONDS       ends when it hangs for so long, as at a breakpoint; 0: never   (${defaults.hangLimit})
  --cpu-request CORES        that load is held against   (its limit, or the machine)
  --trusted-proxies LIST     whose X-Forwarded-For is believed: addresses, networks, private   (${defaults.proxies})
  --joins-per-address N      sessions per second, ten times as many at once; 0: any number   (${defaults.joinRate})
  --busy-limit PERCENT       of a thread's time, from which on no viewer is taken; 0: none   (${defaults.busyLimit})
  --max-connections N        that the HTTP port may have at a time   (${defaults.maxConnections})
  --metrics-prefix PREFIX    before each metric's name
  --metrics-labels K=V,K=V   on each metric
  --metrics-default on|off   process_* and nodejs_*, too   (on)
  --help

A port alone is one of ${thisMachine}: only this machine reaches it.
`;

/** With their defaults. */
export const knownOptions = {
  http: { type: 'string', default: `${port.http}` },
  internal: { type: 'string', default: `${port.internal}` },
  media: { type: 'string', default: `${port.media}` },
  announce: { type: 'string' },
  'publish-token': { type: 'string' },
  'play-token': { type: 'string' },
  'tokens-dir': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
  'hang-limit': { type: 'string', default: defaults.hangLimit },
  'cpu-request': { type: 'string' },
  'trusted-proxies': { type: 'string', default: defaults.proxies },
  'joins-per-address': { type: 'string', default: defaults.joinRate },
  'busy-limit': { type: 'string', default: defaults.busyLimit },
  'max-connections': { type: 'string', default: defaults.maxConnections },
  'metrics-prefix': { type: 'string' },
  'metrics-labels': { type: 'string' },
  'metrics-default': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Arguments by these options, also one by one as they stand. Throws a {@link ConfigError} for others. */
export function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: knownOptions,
      tokens: true,
    });
  } catch (error) {
    throw new ConfigError(`${inShort(error as Error)}\nnpm run sfu -- --help lists the options.`);
  }
}

/** Node explains at length how an argument could begin with a dash; that comes after the first sentence. */
const inShort = ({ message }: Error) => message.replace(/(\.\s|\n).*$/s, '.');
