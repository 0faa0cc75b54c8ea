/** The fields of a protobuf message by their number: bytes of what has a length, numbers of the rest. */
export type Fields = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

/** Reads one message. Throws a RangeError where it is cut off. */
export function protobuf(message: Buffer): Fields {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = () => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number) => {
    if (at + length > message.length) throw new RangeError(`${length} bytes at ${at} of ${message.length}`);
    at += length;
    return message.subarray(at - length, at);
  };
  const readers: Readonly<Record<number, () => Buffer | bigint>> = {
    0: varint,
    1: () => bytes(8).readBigUInt64LE(),
    2: () => bytes(Number(varint())),
    5: () => BigInt(bytes(4).readUInt32LE()),
  };
  while (at < message.length) {
    const tag = Number(varint());
    const read = readers[tag & 7];
    if (read === undefined) throw new RangeError(`wire type ${tag & 7} at ${at}`);
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, [...values, read()]);
  }
  return fields;
}

export const bytesAt = (fields: Fields, number: number): readonly Buffer[] =>
  (fields.get(number) ?? []).filter((value) => typeof value !== 'bigint');
export const textAt = (fields: Fields, number: number): string => bytesAt(fields, number)[0]?.toString('utf8') ?? '';
export const numberAt = (fields: Fields, number: number): bigint =>
  (fields.get(number) ?? []).find((value) => typeof value === 'bigint') ?? 0n;
