/** What fuzzing changes: real messages, so that most of what comes of them is nearly right, and gets far into a reader. */
import { randomBytes } from '#test/harness/seeded.ts';

type Random = () => number;

const upTo = (random: Random, below: number): number => Math.floor(random() * below);
const among = <T>(random: Random, all: readonly T[]): T | undefined => all[upTo(random, all.length)];

/** Where lengths and counts begin or end to be wrong. */
const edges = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x0100, 0x7fff, 0x8000, 0xffff] as const;

const byteChanges: readonly ((random: Random, bytes: Buffer, others: readonly Buffer[]) => Buffer)[] = [
  (random, bytes) => withByte(bytes, upTo(random, bytes.length), (byte) => byte ^ (1 << upTo(random, 8))),
  (random, bytes) => withByte(bytes, upTo(random, bytes.length), () => upTo(random, 256)),
  (random, bytes) => withByte(bytes, upTo(random, bytes.length), () => (among(random, edges) ?? 0) & 0xff),
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    if (bytes.length >= 2) changed.writeUInt16BE(among(random, edges) ?? 0, upTo(random, bytes.length - 1));
    return changed;
  },
  (random, bytes) => bytes.subarray(0, upTo(random, bytes.length + 1)),
  (random, bytes) => bytes.subarray(upTo(random, bytes.length + 1)),
  (random, bytes) => Buffer.concat([bytes, randomBytes(random, upTo(random, 40))]),
  // A piece of it twice, or none of it, or a piece of another in its place.
  (random, bytes, others) => {
    const [at, end] = span(random, bytes.length);
    const piece = random() < 0.5 ? bytes : (among(random, others) ?? bytes);
    const [from, until] = span(random, piece.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      piece.subarray(from, until),
      bytes.subarray(random() < 0.5 ? at : end),
    ]);
  },
];

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  if (at < bytes.length) changed[at] = change(bytes[at] ?? 0);
  return changed;
}

function span(random: Random, length: number): readonly [from: number, until: number] {
  const [one, other] = [upTo(random, length + 1), upTo(random, length + 1)];
  return [Math.min(one, other), Math.max(one, other)];
}

const mostChanges = 4;

/** One of them as it is or changed up to four times; rarely bytes of no meaning. At most `mostBytes` long. */
export function mutatedBytes(random: Random, corpus: readonly Buffer[], mostBytes: number): Buffer {
  if (random() < 0.02) return randomBytes(random, upTo(random, 80));
  let bytes = among(random, corpus) ?? Buffer.alloc(0);
  for (let changes = upTo(random, mostChanges + 1); changes > 0; changes--)
    bytes = among(random, byteChanges)?.(random, bytes, corpus) ?? bytes;
  return bytes.subarray(0, mostBytes);
}

/** Characters that mean something in what we read, and some that nobody expects. */
const pieces = [
  '',
  ' ',
  '\r',
  '\n',
  '\r\n',
  ':',
  '=',
  ',',
  ';',
  '"',
  '/',
  '.',
  '..',
  '-1',
  '0',
  '65536',
  '99999999999',
  'é',
  '€',
  '😀',
  '\0',
  '\ud800',
];

const textChanges: readonly ((random: Random, text: string, others: readonly string[]) => string)[] = [
  (random, text) => spliced(random, text, among(random, pieces) ?? ''),
  (random, text) => text.slice(0, upTo(random, text.length + 1)),
  (random, text, others) => {
    const other = among(random, others) ?? '';
    const [from, until] = span(random, other.length);
    return spliced(random, text, other.slice(from, until));
  },
  // Lines lost, doubled, put elsewhere, or another's.
  (random, text, others) => {
    const lines = text.split('\n');
    const [at, to] = [upTo(random, lines.length), upTo(random, lines.length)];
    const line = random() < 0.7 ? lines[at] : among(random, (among(random, others) ?? '').split('\n'));
    if (random() < 0.5) lines.splice(at, 1);
    if (random() < 0.8) lines.splice(to, 0, line ?? '');
    return lines.join('\n');
  },
  (random, text) => text.replace(/\d+/g, (digits) => (random() < 0.1 ? String(among(random, edges)) : digits)),
];

function spliced(random: Random, text: string, piece: string): string {
  const at = upTo(random, text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + Math.floor(random() ** 4 * text.length));
}

/** As `mutatedBytes`. */
export function mutatedText(random: Random, corpus: readonly string[], mostLength: number): string {
  let text = among(random, corpus) ?? '';
  for (let changes = upTo(random, mostChanges + 1); changes > 0; changes--)
    text = among(random, textChanges)?.(random, text, corpus) ?? text;
  return text.slice(0, mostLength);
}
