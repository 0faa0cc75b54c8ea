import { seldom } from '#tracing/seldom.ts';
import type { Log } from '../log.ts';
import { type Endpoint, hostPort } from '../media/udp/address.ts';

const everyMs = 60_000;

export interface UnreachedOptions {
  readonly log: Pick<Log, 'warn'>;
  readonly clock: { readonly now: () => number };
  /** Where clients are told to come. */
  readonly announced: () => readonly Endpoint[] | undefined;
  /** In a pod the address is not named by an option. */
  readonly isOperated: boolean;
}

/**
 * To be told of each client that had its answer, and none of whose packets came: the log says what to do, once a minute at
 * most, as anybody can ask and never come.
 */
export const unreached = ({ log, clock, announced, isOperated }: UnreachedOptions) =>
  seldom(
    (fields: Readonly<Record<string, unknown>>) => {
      const where = (announced() ?? []).map(hostPort).join(', ');
      const otherwise = isOperated
        ? 'give the node an external address that clients can use'
        : 'name the address that clients use by --announce';
      log.warn(`the client never reached UDP ${where}: open it in firewalls, or ${otherwise}`, fields);
    },
    everyMs,
    clock.now,
  );
