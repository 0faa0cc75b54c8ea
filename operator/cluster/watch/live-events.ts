import type { KubeObject } from '../../kube.ts';
import { ApiError, type Status } from '../client/api-error.ts';
import type { KubeClient, Query } from '../client/client.ts';
import type { ReflectorTiming } from './reflector-timing.ts';
import type { WatchEvent } from './watch-events.ts';

export interface LiveEventsOptions {
  readonly client: KubeClient;
  readonly path: string;
  /** Selectors and such; `from` is added. */
  readonly query: Query;
  /** The version after which it begins. */
  readonly from: string;
  readonly signal: AbortSignal;
  readonly timing: Pick<ReflectorTiming, 'inactivityMs' | 'shortestWatchMs'>;
  readonly now: () => number;
  /** The server has taken it. */
  readonly onOpen: () => void;
}

export type LiveEvent<T extends KubeObject> = Exclude<WatchEvent<T>, { readonly type: 'ERROR' }>;

/** One watch; silence, an ERROR event and an end that came too soon are errors. */
export async function* liveEvents<T extends KubeObject>(
  options: LiveEventsOptions,
): AsyncGenerator<LiveEvent<T>, void> {
  const { client, path, from, timing, now } = options;
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(new Error(`${path}: the watch was silent`)), timing.inactivityMs);
  const signal = AbortSignal.any([options.signal, silence.signal]);
  const query = { ...options.query, resourceVersion: from };
  const onStatus = (status: number) => status < 400 && options.onOpen();
  const startedAt = now();
  let version: string | undefined = from;
  try {
    for await (const event of client.watch<T>(path, { query, signal, onStatus })) {
      watchdog.refresh();
      if (event.type === 'ERROR') throw new BrokenWatch(path, event.object);
      version = event.object.metadata.resourceVersion;
      yield event;
    }
  } finally {
    clearTimeout(watchdog);
  }
  if (version === from && now() - startedAt < timing.shortestWatchMs)
    throw new Error(`${path}: the watch ended at once`);
}

/** An ERROR event: the server gave the watch up. */
export class BrokenWatch extends ApiError {
  constructor(path: string, status: Status) {
    super(status.code, status, { request: `watch ${path}` });
    this.name = 'BrokenWatch';
  }
}
