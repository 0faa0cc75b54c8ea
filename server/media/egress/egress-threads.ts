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

/** As `placeOf` takes them. */
export function egressThreads(
  limits: { readonly most: number; readonly perThread: number },
  start: () => EgressThread,
): EgressThreads {
  const threads: EgressThread[] = [];
  const all: Share[] = [];
  return {
    all,
    place(ownViewers) {
      const place = placeOf(
        ownViewers,
        all.map(({ viewers }) => viewers),
        limits,
      );
      if (place === undefined) return undefined;
      if (place === threads.length) {
        const started = start();
        threads.push(started);
        all.push(started.share);
      }
      return all[place];
    },
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
