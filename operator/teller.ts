import { setTimeout as sleep } from 'node:timers/promises';
import { event } from './build/event.ts';
import { ApiError } from './cluster/client/api-error.ts';
import type { eventWriter } from './cluster/client/writes.ts';
import type { Transition } from './decide/transitions.ts';
import { type Failure, failureOf } from './errors.ts';
import type { KubeObject } from './kube.ts';
import type { Log } from './log.ts';

export interface TellerOptions {
  readonly log: Log;
  readonly now: () => number;
  /** Name of this operator in Events. */
  readonly instance: string;
  /** Aborted when nothing is to be written any more. */
  readonly ended: AbortSignal;
  /** How long each further try to write an Event waits, in ms. */
  readonly againMs?: readonly number[];
}

/** What time helps against. */
const passing: readonly (Failure | undefined)[] = ['Throttled', 'Network', 'Timeout', 'Server'];

/** News is not kept for longer than this, nor more of it. */
const longestMs = 30_000;
const mostKept = 200;

/**
 * Writes Events, and resolves once each has been tried. The status says already what one that fails was to tell, so that no
 * reconcile would tell it again, and none waits for it: it is tried again aside.
 */
export function teller(write: ReturnType<typeof eventWriter>, options: TellerOptions) {
  const { log, now, instance, ended, againMs = [1_000, 5_000] } = options;
  let kept = 0;

  /** Resolves to the last error; undefined once it is written. */
  async function tryAgain(told: KubeObject, first: unknown): Promise<unknown> {
    let error = first;
    for (const waitMs of againMs) {
      const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
      if (!passing.includes(failureOf(error)) || askedMs > longestMs) return error;
      try {
        await sleep(Math.max(waitMs, askedMs), undefined, { signal: ended, ref: false });
        return void (await write(told, ended));
      } catch (next) {
        error = next;
      }
    }
    return error;
  }

  return async (object: KubeObject, news: Transition): Promise<void> => {
    const { kind, metadata } = object;
    log.info(news.message, { [kind]: `${metadata.namespace}/${metadata.name}`, reason: news.reason });
    const told = event(object, news, { nowMs: now(), instance });
    const lose = (error: unknown) => log.warn('an Event could not be written', { error });
    await write(told).catch((first) => {
      if (kept >= mostKept) return lose(first);
      kept++;
      void tryAgain(told, first).then((error) => {
        kept--;
        if (error !== undefined) lose(error);
      });
    });
  };
}
