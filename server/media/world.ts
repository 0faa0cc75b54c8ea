import type { Share } from './egress/share.ts';
import type { MediaEvents } from './plane.ts';
import type { Boxes } from './srtp/srtp-gcm.ts';
import type { Tally } from './tally.ts';
import type { Send } from './transport.ts';
import type { Publisher, UpStream } from './up/up-stream.ts';

/** What the media plane needs of the world. */
export interface World extends Boxes {
  readonly send: Send;
  readonly events: Omit<MediaEvents, 'onThreadRefused' | 'onSlower' | 'onFailure'>;
  readonly tally: Tally;
  /** Monotonic milliseconds, with a fraction. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** That nobody can foretell. */
  readonly randomBytes: (size: number) => Buffer;
  /** The egress threads, where there can be any. */
  readonly shares?: Shares | undefined;
  /** Asks for it where the publisher is, if that is another thread. */
  readonly requestKeyFrame?: (of: Publisher, stream: UpStream) => void;
}

export interface Shares {
  readonly all: readonly Share[];
  /** Where a new subscriber belongs; undefined: to ingress, which sends to so many already. */
  place(ownViewers: number): Share | undefined;
}
