/** {@link spoofed}: what comes of datagrams in the name of others, in a network of their own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Guise } from './spoofs.ts';

export interface SpoofQuestion {
  readonly seed: number;
  readonly seconds: number;
  /** Of each kind. */
  readonly perSecond: number;
}

export interface Spoofed {
  /** Datagrams that must have been dropped, by reason; and those that were. */
  readonly struck: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes that were sent in somebody's name, and what the server sent them beside media and reports. */
  readonly books: readonly { readonly who: Guise['who']; readonly bytes: { sent: number; received: number } }[];
  /** Of the room's packets, while it lasted and afterwards. */
  readonly deliveredPart: number;
  readonly deliveredAfterwards: number;
  /** Packets that the publisher sent, and those that came to the viewer whose name was used. */
  readonly published: number;
  readonly seen: number;
  /** Whether somebody was told that their session is over. */
  readonly isEnded: boolean;
  /** Sessions that there were before, and are no more. */
  readonly sessionsGone: number;
}

const run = promisify(execFile);

/** A network with a loopback, on which the addresses of RFC 5737's second block are ours, too. */
const network = 'ip link set lo up && ip route add local 198.51.100.0/24 dev lo';

/** Why there can be no such thing here; undefined if there can. */
export const noNamespace = (): Promise<string | undefined> =>
  run('unshare', ['-rn', 'sh', '-c', network]).then(
    () => undefined,
    (error: Error) => `no network namespace: ${error.message.trim().split('\n').at(-1)}`,
  );

export async function spoofed(question: SpoofQuestion): Promise<Spoofed> {
  const child = fileURLToPath(new URL('./spoof-child.ts', import.meta.url));
  const words = [process.execPath, '--disable-warning=ExperimentalWarning', child, JSON.stringify(question)];
  const { stdout } = await run('unshare', ['-rn', 'sh', '-c', `${network} && exec "$@"`, 'sh', ...words]);
  return JSON.parse(stdout) as Spoofed;
}
