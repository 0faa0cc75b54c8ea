import type { Outbox } from './outbox.ts';
import type { MediaEvents } from './plane.ts';
import type { Tally } from './tally.ts';
import type { Send } from './transport.ts';

/** What the media plane needs of the world. */
export interface World {
  readonly send: Send;
  readonly events: Omit<MediaEvents, 'onFailure'>;
  readonly tally: Tally;
  /** Monotonic milliseconds, with a fraction. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
  /** That nobody can foretell. */
  readonly randomBytes: (size: number) => Buffer;
  /** Where it works; what is in it is sent after each datagram that came. */
  readonly outbox?: Outbox | undefined;
}
