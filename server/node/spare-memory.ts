/**
 * Memory that nothing is in any more, and that libc keeps for the next who asks: pages between others that are in use, one
 * store for each thread. After a thousand viewers have come and left that was a tenth of the process.
 */
import { quietFfi } from './quiet-ffi.ts';

/** Gives it back to the system now; takes some milliseconds, and none of what is in use. */
export type GiveBack = () => void;

/** Does so every so often, until it is stopped. Keeps no process alive. Nothing where `giveBack` is not to be had. */
export function givingBack(everyMs: number, giveBack: GiveBack | undefined = libcTrim()): { stop(): void } {
  if (giveBack === undefined) return { stop: () => {} };
  const timer = setInterval(giveBack, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** `malloc_trim` of glibc; undefined without `node:ffi`, or with another libc. */
export function libcTrim(): GiveBack | undefined {
  try {
    const libc = quietFfi()?.dlopen(null, { malloc_trim: { return: 'int32', arguments: ['uint64'] } }).functions;
    return libc && (() => void libc.malloc_trim(0n));
  } catch {
    return undefined;
  }
}
