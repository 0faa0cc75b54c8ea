import { isStructure } from './structure.ts';

/** No vowels and no digits that look like them, so that a hash spells nothing (Kubernetes does the same). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A short hash of a JSON value, the same for the same content in whatever order its keys come. Not against forgers. */
export function hash(value: unknown, length = 8): string {
  const text = canonical(value);
  // Two sums of 32 bits from different starts: one alone would repeat after some ten thousand names.
  const [high, low] = fnv1a(text, 0x811c9dc5, 0x01234567);
  let rest = (BigInt(high) << 32n) | BigInt(low);
  let digits = '';
  for (let i = 0; i < length; i++) {
    digits += alphabet[Number(rest % 27n)];
    rest /= 27n;
  }
  return digits;
}

/** Two sums of FNV-1a (draft-eastlake-fnv) over UTF-16 code units, each with a start of its own. */
function fnv1a(text: string, one: number, other: number): readonly [number, number] {
  let [a, b] = [one, other];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193);
  }
  return [a >>> 0, b >>> 0];
}

/** JSON with sorted keys. By hand and without lists in between, since every reconcile hashes all that it wants. */
function canonical(value: unknown): string {
  if (!isStructure(value)) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${canonical(item ?? null)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const part = value[name];
    if (part !== undefined) text += `${text && ','}${JSON.stringify(name)}:${canonical(part)}`;
  }
  return `{${text}}`;
}
