/** Where the packet of a compound that begins at `at` ends (RFC 3550 section 6.1); -1 when its framing is broken. */
export function packetEnd(compound: Buffer, at: number): number {
  if (compound.length - at < 4 || (compound[at] ?? 0) >>> 6 !== 2) return -1;
  const end = at + 4 * ((((compound[at + 2] ?? 0) << 8) | (compound[at + 3] ?? 0)) + 1);
  return end > compound.length ? -1 : end;
}
