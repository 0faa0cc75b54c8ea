import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Query } from '../client/client.ts';
import { comparison } from './consistency.ts';
import { copy } from './copy.ts';
import { lastingRefusal } from './lasting-refusal.ts';
import { liveEvents } from './live-events.ts';
import { nowAndThen } from './now-and-then.ts';
import { missedSomething, retries } from './reflector-retry.ts';
import { defaultTiming, type ReflectorTiming } from './reflector-timing.ts';
import type { Change } from './store.ts';
import { noCounts, type WatchCounts } from './watch-counts.ts';
import { UnparsableLine } from './watch-events.ts';
import { wholeList } from './whole-list.ts';

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  /** Path of the collection: `/api/v1/pods`, `/api/v1/namespaces/live/pods`. */
  readonly path: string;
  /** Selectors. */
  readonly query?: Query;
  readonly onChange: Change<T>;
  /** A list is in, and its differences are told. */
  readonly onListed?: () => void;
  /** The part of an object that is worth its memory; all of it by default. */
  readonly keep?: (object: T) => T;
  /** Every failure, before it is retried. Nothing has to be done about it. */
  readonly onError?: (error: unknown) => void;
  /** `refused` says something else. */
  readonly onRefused?: () => void;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly timing?: Partial<ReflectorTiming>;
}

export interface Reflector<T extends KubeObject> {
  /** Key: `namespace/name`, or `name` of an object without a namespace. */
  get(key: string): T | undefined;
  list(): Iterable<T>;
  /** An object as it is stored: without what is not worth its memory. */
  kept(object: T): T;
  /** Settled once the first list is in, or the reflector was stopped. Never rejects. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  readonly counts: Readonly<WatchCounts>;
  /** The newest version that `get` and `list` are sure to include. Events come in the order of versions. */
  reached(): bigint;
  /** `now()` of the last list, event or bookmark. */
  lastHeardMs(): number;
  /**
   * How long ago it should have heard something, given up, or tried again. A reflector whose API server is away tries on,
   * and is never overdue: one that is has got stuck, and only a new process mends that.
   */
  overdueMs(): number;
  /**
   * Why it may not list or watch, in the API server's words, once that has been so for a minute; of a collection in several
   * namespaces, that of one. What it has is then as old as that.
   */
  refused(namespace?: string): string | undefined;
  /** Final: nothing is reported and nothing is requested afterwards. */
  stop(): void;
}

/**
 * Keeps a copy of a collection:
 *
 *     list (pages) ──► watch ──► clean close ──► watch again from the last version, at once
 *      ▲    ▲            │ reset, 429, 5xx, silence: wait, watch again from the last version
 *      │    └── wait ────┤ 410, ERROR event, unreadable line: what we missed is unknown
 *      ├─────────────────┤ now and then, a comparison: something is missed
 *      └─────────────────┘ may not be watched for a minute: a list at each try is all there is
 */
export function reflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, path, query, onError = () => {}, now = () => performance.now(), random = Math.random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const stopping = new AbortController();
  const { signal } = stopping;
  const { promise: synced, resolve: setSynced } = Promise.withResolvers<void>();
  const counts = noCounts();
  const objects = copy<T>({ onChange: guarded(options.onChange, signal, onError), keep: options.keep, now });
  const waitMs = retries(timing, now, random);
  const refusal = lastingRefusal({ afterMs: timing.refusedForMs, now, onTurn: options.onRefused });
  let watching = new AbortController();

  async function list(): Promise<void> {
    const found = await wholeList({ client, path, query, signal }, objects, timing.pageMs);
    counts.lists++;
    objects.replace(found.items, found.version);
    options.onListed?.();
  }

  async function watch(from: string): Promise<void> {
    counts.watches++;
    const ending = AbortSignal.any([signal, watching.signal]);
    const live = { client, path, query: { ...query, ...watchQuery(random) }, from, signal: ending, timing, now };
    objects.expectWithin(timing.inactivityMs);
    for await (const event of liveEvents<T>({ ...live, onOpen: refusal.end })) {
      objects.expectWithin(timing.inactivityMs);
      objects.take(event);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      watching = new AbortController();
      try {
        if (objects.version() === undefined) await list();
        setSynced();
        const from = objects.version();
        if (from !== undefined) await watch(from);
      } catch (error) {
        if (signal.aborted) return;
        // A comparison has ended it, and said why.
        if (watching.signal.aborted) continue;
        counts.failures++;
        if (error instanceof UnparsableLine) counts.unparsableLines++;
        refusal.note(error);
        // What may be listed and not watched is listed at each try; and what is watched again is not old when it is said to be.
        if (missedSomething(error) || refusal.words() !== undefined) objects.distrust();
        onError(error);
        const wait = waitMs(error);
        objects.expectWithin(wait);
        await sleep(wait, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function compare(): Promise<void> {
    const missed = await comparison(objects.frozen(), { client, path, query, signal }, counts);
    if (missed === undefined) return;
    objects.distrust();
    watching.abort();
    throw missed;
  }

  run().catch(onError);
  nowAndThen(compare, { everyMs: timing.compareEveryMs, random, signal, onError }).catch(onError);

  return {
    ...objects,
    synced,
    isSynced: () => counts.lists > 0,
    counts,
    refused: refusal.words,
    stop() {
      stopping.abort();
      setSynced();
    },
  };
}

/** Bookmarks keep the version of a quiet kind young; the spread keeps the server's clients from all coming back at once. */
const watchQuery = (random: () => number): Query => ({
  allowWatchBookmarks: true,
  timeoutSeconds: Math.floor(300 + random() * 300),
});

/** A listener that hears nothing after the end, and whose errors are nobody else's. */
const guarded =
  <T extends KubeObject>(listener: Change<T>, ended: AbortSignal, onError: (error: unknown) => void): Change<T> =>
  (...change) => {
    if (ended.aborted) return;
    try {
      listener(...change);
    } catch (error) {
      onError(error);
    }
  };
