/**
 * Which of the last packets have been seen (RFC 3711 section 3.3.2). A ring of bits, one for each index modulo the size:
 * whoever moves the newest index on clears the bits it passes.
 */
export interface ReplayWindow {
  readonly size: number;
  readonly seen: Uint32Array;
  /** The newest index that was accepted; -1 before the first. */
  newest: number;
}

/** `size` in packets: a power of two up to 65536, so that the low bits of an index choose its place. */
export const replayWindow = (size: number): ReplayWindow => ({
  size,
  seen: new Uint32Array(size / 32),
  newest: -1,
});

/** True when the index is newer than all, or inside the window and not seen. Changes nothing. */
export function isFresh(window: ReplayWindow, index: number): boolean {
  if (index > window.newest) return true;
  if (window.newest - index >= window.size) return false;
  const place = index & (window.size - 1);
  return ((window.seen[place >>> 5] ?? 0) & (1 << (place & 31))) === 0;
}

/** Remembers an index; only for packets that proved authentic, else a forger could move the window. */
export function accept(window: ReplayWindow, index: number): void {
  if (index > window.newest) {
    if (index - window.newest >= window.size) window.seen.fill(0);
    else for (let passed = window.newest + 1; passed <= index; passed++) setBit(window, passed, false);
    window.newest = index;
  }
  setBit(window, index, true);
}

function setBit(window: ReplayWindow, index: number, isSeen: boolean): void {
  // `&` takes a number modulo 2^32, so the low bits of a 48-bit index come out right.
  const place = index & (window.size - 1);
  const word = place >>> 5;
  const bit = 1 << (place & 31);
  window.seen[word] = isSeen ? (window.seen[word] ?? 0) | bit : (window.seen[word] ?? 0) & ~bit;
}
