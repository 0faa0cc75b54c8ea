import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../kube.ts';
import { ApiError, isStatus, type Status } from './api-error.ts';
import { backoff } from './backoff.ts';
import type { KubeClient, Query } from './client.ts';
import { pagedList } from './paged-list.ts';
import { type Change, store } from './store.ts';
import { UnparsableLine, type WatchEvent } from './watch-events.ts';

/** Durations in milliseconds. The defaults are client-go's, but for the watchdog, which it lacks. */
export interface ReflectorTiming {
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly backoffStableMs: number;
  /** A watch with neither event nor bookmark for so long is dead; bookmarks come about once a minute. */
  readonly inactivityMs: number;
  /** A watch that ends sooner and without an event was no watch: some proxies close them at once, for ever. */
  readonly shortestWatchMs: number;
}

const defaultTiming: ReflectorTiming = {
  backoffFirstMs: 800,
  backoffMaxMs: 30_000,
  backoffStableMs: 60_000,
  inactivityMs: 150_000,
  shortestWatchMs: 1_000,
};

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  /** Path of the collection: `/api/v1/pods`, `/api/v1/namespaces/live/pods`. */
  readonly path: string;
  /** Selectors. */
  readonly query?: Query;
  readonly onChange: Change<T>;
  /** The part of an object that is worth its memory; all of it by default. */
  readonly keep?: (object: T) => T;
  /** Every failure, before it is retried. Nothing has to be done about it. */
  readonly onError?: (error: unknown) => void;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly timing?: Partial<ReflectorTiming>;
}

export interface Reflector<T extends KubeObject> {
  /** Key: `namespace/name`, or `name` of an object without a namespace. */
  get(key: string): T | undefined;
  list(): Iterable<T>;
  /** Settled once the first list is in, or the reflector was stopped. Never rejects. */
  readonly synced: Promise<void>;
  readonly counts: Readonly<ReflectorCounts>;
  /** The newest version that `get` and `list` are sure to include. Events come in the order of versions. */
  reached(): bigint;
  /** `now()` of the last list, event or bookmark. */
  lastHeardMs(): number;
  /** Final: nothing is reported and nothing is requested afterwards. */
  stop(): void;
}

export interface ReflectorCounts {
  lists: number;
  watches: number;
  failures: number;
  unparsableLines: number;
}

/**
 * Keeps a copy of a collection:
 *
 *     list (pages) ──► watch ──► clean close ──► watch again from the last version, at once
 *      ▲    ▲            │ reset, 429, 5xx, silence: wait, watch again from the last version
 *      │    └── wait ────┤ 410, ERROR event, unreadable line: what we missed is unknown
 *      └─────────────────┘
 */
export function reflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, path, onChange, onError = () => {}, now = Date.now, random = Math.random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const stopping = new AbortController();
  const { promise: synced, resolve: setSynced } = Promise.withResolvers<void>();
  const counts: ReflectorCounts = { lists: 0, watches: 0, failures: 0, unparsableLines: 0 };
  const objects = store<T>((key, object, previous, how) => {
    if (stopping.signal.aborted) return;
    try {
      onChange(key, object, previous, how);
    } catch (error) {
      onError(error);
    }
  }, options.keep);
  const retry = backoff({
    firstMs: timing.backoffFirstMs,
    maxMs: timing.backoffMaxMs,
    stableMs: timing.backoffStableMs,
    now,
    random,
  });
  let heardAt = now();
  /** Where the next watch begins; undefined while we have to list first. */
  let version: string | undefined;
  let reached = 0n;

  const reach = (next: string | undefined) => {
    version = next ?? version;
    reached = BigInt(version ?? 0);
  };

  async function list(): Promise<void> {
    // Of no version, so that the server may not answer from a cache that lags: an object that it does not show counts as
    // gone, and what it owns is removed.
    const found = await pagedList<T>(client, path, { query: options.query, signal: stopping.signal });
    counts.lists++;
    heardAt = now();
    objects.replace(found.items);
    reach(found.version);
  }

  async function watch(from: string): Promise<void> {
    counts.watches++;
    const query = { ...options.query, resourceVersion: from, ...watchQuery(random) };
    for await (const event of liveEvents<T>({ client, path, query, signal: stopping.signal, timing, now })) {
      heardAt = now();
      if (event.type !== 'BOOKMARK') objects.change(event.object, event.type === 'DELETED');
      reach(event.object.metadata.resourceVersion);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (version === undefined) await list();
        setSynced();
        if (version !== undefined) await watch(version);
      } catch (error) {
        if (stopping.signal.aborted) return;
        counts.failures++;
        if (error instanceof UnparsableLine) counts.unparsableLines++;
        if (missedSomething(error)) version = undefined;
        onError(error);
        const wait = retry.nextMs(error instanceof ApiError ? error.retryAfterMs : undefined);
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  run().catch(onError);

  return {
    get: objects.get,
    list: objects.list,
    synced,
    counts,
    reached: () => reached,
    lastHeardMs: () => heardAt,
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

interface LiveEventsOptions {
  readonly client: KubeClient;
  readonly path: string;
  readonly query: Query;
  readonly signal: AbortSignal;
  readonly timing: ReflectorTiming;
  readonly now: () => number;
}

type LiveEvent<T extends KubeObject> = Exclude<WatchEvent<T>, { readonly type: 'ERROR' }>;

/** One watch; silence, an ERROR event and an end that came too soon are errors. */
async function* liveEvents<T extends KubeObject>(options: LiveEventsOptions): AsyncGenerator<LiveEvent<T>, void> {
  const { client, path, query, timing, now } = options;
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(new Error(`${path}: the watch was silent`)), timing.inactivityMs);
  const signal = AbortSignal.any([options.signal, silence.signal]);
  const startedAt = now();
  let events = 0;
  try {
    for await (const event of client.watch<T>(path, { query, signal })) {
      watchdog.refresh();
      events++;
      if (event.type === 'ERROR') throw new BrokenWatch(path, event.object);
      yield event;
    }
  } finally {
    clearTimeout(watchdog);
  }
  if (events === 0 && now() - startedAt < timing.shortestWatchMs) throw new Error(`${path}: the watch ended at once`);
}

/** An ERROR event: the server gave the watch up. */
class BrokenWatch extends ApiError {
  constructor(path: string, status: Status) {
    super(status.code, status, { request: `watch ${path}` });
    this.name = 'BrokenWatch';
  }
}

/** Refusals before the watch began (429, 5xx, 403) and broken connections cost nothing: the version is still good. */
const missedSomething = (error: unknown): boolean =>
  error instanceof UnparsableLine || error instanceof BrokenWatch || isStatus(error, 410);
