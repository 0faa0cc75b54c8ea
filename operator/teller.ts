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
  /** `eventsRefused` says something else of a namespace. */
  readonly onRefused: (namespace: string) => void;
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
  const { log, now, instance, ended, onRefused, againMs = [1_000, 5_000] } = options;
  const refusals = new Map<string, string>();
  let kept = 0;

  /** Resolves to the last error; undefined once it is written. */
  async function tryAgain(told: KubeObject, first: unknown): Promise<unknown> {
    let error = first;
    for (const waitMs of againMs) {
      const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
      if (!passing.includes(failureOf(error)) || askedMs > longestMs) return error;
      try {
        await sleep(Math.max(waitMs, askedMs), undefined, { signal: ended, ref: false });
        await write(told, ended);
        return void note(told);
      } catch (next) {
        error = next;
      }
    }
    return error;
  }

  /** Notes why an Event of a namespace may not be written, or that one was. */
  function note({ metadata: { namespace = '' } }: KubeObject, refusal?: string): void {
    if (refusals.has(namespace) === (refusal !== undefined)) return;
    if (refusal === undefined) refusals.delete(namespace);
    else refusals.set(namespace, refusal);
    onRefused(namespace);
  }

  async function tell(object: KubeObject, news: Transition): Promise<void> {
    const { kind, metadata } = object;
    log.info(news.message, { [kind]: `${metadata.namespace}/${metadata.name}`, reason: news.reason });
    const told = event(object, news, { nowMs: now(), instance });
    const lose = (error: unknown) => log.warn('an Event could not be written', { error });
    try {
      await write(told);
      note(object);
    } catch (first) {
      if (failureOf(first) === 'Forbidden' && first instanceof Error) note(object, first.message);
      if (kept >= mostKept) return lose(first);
      kept++;
      void tryAgain(told, first).then((error) => {
        kept--;
        if (error !== undefined) lose(error);
      });
    }
  }

  return {
    tell,
    /** Why the last Event of a namespace could not be written, in the API server's words; undefined if it could. */
    eventsRefused: (namespace: string) => refusals.get(namespace),
    /** The namespace has no rooms any more. */
    forgetEvents: (namespace: string): void => void refusals.delete(namespace),
  };
}
