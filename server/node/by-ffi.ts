import type * as Ffi from 'node:ffi';
import { quietFfi } from './quiet-ffi.ts';

/**
 * What `open` makes of `node:ffi`, without the warning that it is experimental. Undefined where Node lacks that or does not allow it, and where `open` throws or says in words
 * why it cannot; then `onSlower` is told why, as whatever it makes is there to be faster.
 */
export function byFfi<T extends object>(
  open: (ffi: typeof Ffi) => T | string,
  onSlower: (reason: string) => void = () => {},
): T | undefined {
  const made = attempt(open);
  if (typeof made !== 'string') return made;
  onSlower(made);
  return undefined;
}

function attempt<T extends object>(open: (ffi: typeof Ffi) => T | string): T | string {
  try {
    const ffi = quietFfi();
    return ffi === undefined ? 'this Node has no node:ffi' : open(ffi);
  } catch (error) {
    return `${error}`;
  }
}
