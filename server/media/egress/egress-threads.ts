/** The egress threads of a pod: none until there are enough subscribers, then as many as these need and cores are there. */
import type { CoreSnapshot } from '../core-snapshot.ts';
import { whole } from '../core-snapshot.ts';
import { type ViewersAsked, type ViewersSeen, viewersTogether } from '../down/viewer-figures.ts';
import type { ThreadSnapshot } from '../messages.ts';
import type { Shares } from '../world.ts';
import type { EgressThread } from './egress-thread.ts';
import { placeOf } from './placement.ts';
import type { Share } from './share.ts';

export interface EgressThreads extends Shares {
  /** Of all threads, with ingress' own part. */
  snapshot(ingress: CoreSnapshot): Promise<Omit<ThreadSnapshot, 'load'>>;
  /** Of all threads, with ingress' own. */
  viewers(ingress: ViewersSeen, asked: ViewersAsked): Promise<ViewersSeen>;
  /** Sends what the threads were told. */
  handOver(): void;
  /** Resolves when all of them have turned once. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Limits as `placeOf` takes them. When `start` throws there will be no more threads than there are; `onRefused` is told the
 * error, once.
 */
export function egressThreads(
  limits: { readonly most: number; readonly perThread: number },
  start: () => EgressThread,
  onRefused: (error: unknown) => void,
): EgressThreads {
  const threads: EgressThread[] = [];
  const all: Share[] = [];
  let { most } = limits;
  const begin = (): void => {
    try {
      const started = start();
      threads.push(started);
      all.push(started.share);
    } catch (error) {
      // Mostly a system that counts threads: viewers are better off with those that there are than without a server.
      most = threads.length;
      onRefused(error);
    }
  };
  const place = (ownViewers: number): Share | undefined => {
    const viewers = all.map((share) => share.viewers);
    const found = placeOf(ownViewers, viewers, { ...limits, most });
    if (found !== threads.length) return found === undefined ? undefined : all[found];
    begin();
    return all[found] ?? place(ownViewers);
  };
  return {
    all,
    place,
    async snapshot(ingress) {
      const each = await Promise.all(threads.map((thread) => thread.snapshot()));
      return { ...whole(ingress, each), egressLoads: each.map(({ load }) => load) };
    },
    async viewers(ingress, asked) {
      const each = await Promise.all(threads.map((thread) => thread.viewers(asked)));
      return viewersTogether([ingress, ...each], asked.most);
    },
    handOver() {
      for (const thread of threads) thread.handOver();
    },
    ping: async () => void (await Promise.all(threads.map((thread) => thread.ping()))),
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}
