import assert from 'node:assert/strict';
import { mutatedBytes, mutatedText } from './mutation.ts';
import type { Target } from './target.ts';

export interface Fuzzed {
  readonly read: number;
  readonly refused: number;
}

/** What a reader says of a message may have so many parts, and some for each of its bytes: seventeen for four of a NACK. */
const mostParts = (length: number, keeps = 500): number => keeps + 30 * length;

/** Gives a reader so many messages. Throws, with the message, when one does harm. */
export function fuzz<Input extends Buffer | string>(
  target: Target<Input>,
  random: () => number,
  rounds: number,
): Fuzzed {
  const check = typeof target.corpus[0] === 'string' ? textCheck(target as never) : bytesCheck(target as never);
  let read = 0;
  for (let round = 0; round < rounds; round++) if (check(random) !== undefined) read += 1;
  return { read, refused: rounds - read };
}

/** What is read must not hang on what lies beside it in memory. */
function bytesCheck({ name, corpus, most, keeps, open }: Target<Buffer>) {
  const [read, other] = [open(), open()];
  return (random: () => number): unknown => {
    const bytes = mutatedBytes(random, corpus, most);
    try {
      const found = read(amid(bytes, 0));
      assert.deepEqual(other(amid(bytes, 0xff)), found, 'what lies beside it was read');
      assert.ok(parts(found) <= mostParts(bytes.length, keeps), 'it became too much');
      return found;
    } catch (error) {
      throw new Error(`${name}: ${bytes.toString('hex')}`, { cause: error });
    }
  };
}

function textCheck({ name, corpus, most, keeps, open }: Target<string>) {
  const read = open();
  return (random: () => number): unknown => {
    const text = mutatedText(random, corpus, most);
    try {
      const found = read(text);
      assert.ok(parts(found) <= mostParts(text.length, keeps), 'it became too much');
      return found;
    } catch (error) {
      throw new Error(`${name}: ${JSON.stringify(text)}`, { cause: error });
    }
  };
}

const margin = 32;

const amid = (bytes: Buffer, others: number): Buffer =>
  Buffer.concat([Buffer.alloc(margin, others), bytes, Buffer.alloc(margin, others)]).subarray(margin, -margin);

/** Numbers, letters and bytes of a value, all together. */
function parts(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + parts(each), 1);
}
