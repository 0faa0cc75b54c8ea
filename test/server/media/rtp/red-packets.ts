/** A payload with redundancy as RFC 2198 section 3 draws it: blocks of 20 ms each at 48 kHz, the primary one last. */
export function redPayload(type: number, repeated: readonly string[], primary: string): Buffer {
  const heads = repeated.map((block, i) => {
    const head = Buffer.alloc(4);
    head[0] = 0x80 | type;
    head.writeUIntBE(((960 * (repeated.length - i)) << 10) | block.length, 1, 3);
    return head;
  });
  return Buffer.concat([...heads, Buffer.of(type), ...[...repeated, primary].map((block) => Buffer.from(block))]);
}
