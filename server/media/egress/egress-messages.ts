import type { CoreSnapshot } from '../core-snapshot.ts';
import type { ViewersSeen } from '../down/viewer-figures.ts';
import type { Call, Question } from '../messages.ts';
import type { ThreadLoad } from '../plane.ts';
import type { Bound } from '../udp/descriptor.ts';
import type { EgressCommands, EgressEvents } from './egress.ts';

/** What an egress thread is started with. */
export interface EgressOptions {
  /** The sockets to send by, one for each IP family that there is. */
  readonly sockets: readonly Bound[];
  /** Memory of what comes without a message. */
  readonly doorbell: SharedArrayBuffer;
  readonly journal: SharedArrayBuffer;
  readonly mailbox: SharedArrayBuffer;
  /** Ingress' clock less the one of all threads, in milliseconds. */
  readonly clockOffsetMs: number;
}

/** A question is answered by a message with the same number. */
export type ToEgress =
  | Call<EgressCommands>
  | { readonly ask: Question; readonly id: number }
  | { readonly ask: 'close' };

export interface EgressSnapshot extends CoreSnapshot {
  readonly load: ThreadLoad;
}

export type FromEgress =
  | Call<EgressEvents>
  | { readonly answerTo: number; readonly snapshot?: EgressSnapshot; readonly viewers?: ViewersSeen };
