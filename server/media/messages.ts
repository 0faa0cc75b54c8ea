import type { WatchdogOptions } from '../probes/watchdog.ts';
import type { ViewersAsked, ViewersSeen } from './down/viewer-figures.ts';
import type { MediaCommands } from './media-commands.ts';
import type { MediaEvents, MediaSnapshot } from './plane.ts';

/**
 * A call of one of `T`'s methods, as data: its name, then what it is called with. All in one array, as each object takes its
 * time to be cloned, and most of all one with memory of its own: so bytes go as text.
 */
export type Call<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => void ? [call: K, ...args: Clonable<A>] : never;
}[keyof T];

type Clonable<A> = { [I in keyof A]: A[I] extends Uint8Array ? string : A[I] };

/** Bytes as a text of so many characters, and back. */
export const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Calls a method as told. The type of the arguments belongs to that of the name; the compiler cannot follow it through the index. */
export function deliver<T>(to: T, [name, ...args]: [keyof T, ...unknown[]]): void {
  (to[name] as (...args: unknown[]) => void)(...args);
}

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
