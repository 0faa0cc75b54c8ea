/**
 * Where a cluster's addresses are.
 *
 * namespace: a network, process and user namespace of its own, for an ordinary user. Pods have real addresses, ports
 *            are private, and whatever happens, all processes end with the first one.
 * loopback:  where user namespaces are forbidden. Pods have addresses 127.x.y.z of this machine, which EndpointSlices
 *            refuse, so that nothing discovers them; and processes are found again by a mark in their environment.
 */
import { createServer } from 'node:net';
import { CommandFailed, run } from './run.ts';

export interface Site {
  readonly kind: 'namespace' | 'loopback';
  /** Addresses of the API server and of pods. */
  readonly cidr: string;
  /** Of the node and the API server: the first of the range. */
  readonly address: string;
  /** The part of the range that pods get. */
  readonly podCidr: string;
}

const namespaceSite: Site = {
  kind: 'namespace',
  cidr: '10.244.0.0/16',
  address: '10.244.0.1',
  podCidr: '10.244.1.0/24',
};

/**
 * Makes every address of the range one that programs can listen on. The last command gives those who bind no address
 * the first one: without it they appear under the address of the server that they talk to. (Giving it in the second
 * command fails, as the address does not exist yet.)
 */
export const networkCommands = ({ cidr, address }: Site): readonly (readonly string[])[] => [
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ip', 'route', 'add', 'local', cidr, 'dev', 'lo'],
  ['ip', 'route', 'replace', 'local', cidr, 'dev', 'lo', 'src', address],
];

/** Runs a command as the first process of new namespaces, which end with it, as it does with `unshare`. */
export const namespaceCommand = ['unshare', '-rn', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;

/** A site for one more cluster; says why if it is not a namespace. */
export async function findSite(forceLoopback: boolean, say: (text: string) => void): Promise<Site> {
  const refusal = forceLoopback ? unwanted : await namespaceRefusal();
  if (refusal === undefined) return namespaceSite;
  say(`No namespace for the cluster (${refusal.cause}): pods get 127.x.y.z instead.`);
  say('  What is missing then: EndpointSlices, and with them Prometheus discovery. Rooms work.');
  say(`  This would allow it: ${refusal.remedy}`);
  return await loopbackSite();
}

interface Refusal {
  readonly cause: string;
  readonly remedy: string;
}

const unwanted: Refusal = { cause: 'LIVEROOM_NAMESPACE=none', remedy: 'unset LIVEROOM_NAMESPACE' };

/** Why there can be no namespace here; undefined if there can. */
async function namespaceRefusal(): Promise<Refusal | undefined> {
  const [unshare, ...flags] = namespaceCommand;
  const script = networkCommands(namespaceSite)
    .map((words) => words.join(' '))
    .join(' && ');
  try {
    await run(unshare, [...flags, 'sh', '-c', script]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return refusalOf(error);
  }
}

/** Reads what `unshare` and `ip` said. */
export function refusalOf({ message, wasStarted }: { message: string; wasStarted: boolean }): Refusal {
  const cause = message.trim().split('\n').at(-1) ?? '';
  if (!wasStarted) return { cause, remedy: 'install util-linux' };
  if (/\bip: .*not found/.test(message)) return { cause, remedy: 'install iproute2' };
  if (/No space left/.test(message)) return { cause, remedy: 'sudo sysctl -w user.max_user_namespaces=15000' };
  return {
    cause,
    remedy:
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (in Docker: docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined)',
  };
}

/**
 * A range of loopback addresses that nobody else uses, as `127.x.y`. Linux has all of 127.0.0.0/8 without set-up, so that
 * each cluster can have the same ports without meeting another one.
 */
export async function loopbackPrefix(random: () => number = Math.random): Promise<string> {
  for (;;) {
    // 127.0 is what everybody else uses.
    const prefix = `127.${1 + Math.floor(random() * 250)}.${1 + Math.floor(random() * 250)}`;
    if (await isFree(`${prefix}.1`)) return prefix;
  }
}

async function loopbackSite(): Promise<Site> {
  const prefix = await loopbackPrefix();
  const cidr = `${prefix}.0/24`;
  return { kind: 'loopback', cidr, address: `${prefix}.1`, podCidr: cidr };
}

/** Whether nothing listens on the API server's port there. */
function isFree(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.on('error', () => resolve(false)).listen(6443, address, () => server.close(() => resolve(true)));
  return promise;
}
