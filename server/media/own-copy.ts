/**
 * For what is kept: in memory of its own. A small buffer of `Buffer.from` or `allocUnsafe` lies in a page of 64 kB with those of
 * others, and while anybody has one of them the page stays.
 */
export function ownCopy(bytes: Uint8Array): Buffer {
  const own = Buffer.alloc(bytes.length);
  own.set(bytes);
  return own;
}
