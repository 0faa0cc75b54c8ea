/** Writes bits one after another, the highest of each byte first: the other half of what `bits.ts` reads. */
export function bitWriter() {
  const written: number[] = [];
  const writer = {
    /** An unsigned number in so many bits. */
    put(value: number, count: number) {
      for (let place = count - 1; place >= 0; place--) written.push(Math.floor(value / 2 ** place) % 2);
      return writer;
    },
    flag: (value: boolean) => writer.put(value ? 1 : 0, 1),
    exponential(value: number) {
      const length = Math.floor(Math.log2(value + 1));
      return writer.put(0, length).put(value + 1, length + 1);
    },
    signed: (value: number) => writer.exponential(value > 0 ? 2 * value - 1 : -2 * value),
    /** A number below `count`, as AV1's `ns(n)` has it. */
    below(value: number, count: number) {
      const width = Math.floor(Math.log2(count)) + 1;
      const short = 2 ** width - count;
      return value < short ? writer.put(value, width - 1) : writer.put(value + short, width);
    },
    /** What was written, filled up with zeros to whole bytes. */
    bytes(): Buffer {
      const bytes = Buffer.alloc(Math.ceil(written.length / 8));
      for (const [place, bit] of written.entries())
        if (bit === 1) bytes[place >>> 3] = (bytes[place >>> 3] ?? 0) | (0x80 >>> (place & 7));
      return bytes;
    },
  };
  return writer;
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
