import type { WatchdogOptions } from '../probes/watchdog.ts';
import type { ViewersAsked, ViewersSeen } from './down/viewer-figures.ts';
import type { MediaCommands } from './media-commands.ts';
import type { MediaEvents, MediaSnapshot } from './plane.ts';

/** A call of one of `T`'s methods, as data. */
export type Call<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => void ? { call: K; args: A } : never;
}[keyof T];

/** What the worker is started with. */
export interface WorkerOptions {
  readonly address: string;
  readonly port: number;
  /** An address of the other IP family, to be bound at the same port. */
  readonly alsoAt?: string;
  /** That the process may use. */
  readonly cores: number;
  /** Subscribers for which another thread is worth starting. */
  readonly viewersPerThread: number;
  /** Ends the process when the main thread hangs; absent: nobody watches. */
  readonly watchdog?: WatchdogOptions;
}

/** What a thread may be asked. */
export type Question = 'snapshot' | 'ping' | ViewersAsked;

/** From the main thread. A question is answered by a message with the same number. */
export type ToWorker =
  | Call<MediaCommands>
  | { readonly ask: Question; readonly id: number }
  | { readonly ask: 'close' };

/** From the media thread. */
export type FromWorker =
  | Call<Omit<MediaEvents, 'onFailure'>>
  | { readonly bound: { readonly address: string; readonly port: number } }
  | { readonly answerTo: number; readonly snapshot?: ThreadSnapshot; readonly viewers?: ViewersSeen };

/** What the media thread knows; messages are counted on the other side. */
export type ThreadSnapshot = Omit<MediaSnapshot, 'messages'>;
