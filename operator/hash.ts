/** No vowels and no digits that look like them, so that a hash spells nothing (Kubernetes does the same). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A short hash of a JSON value, the same for the same content in whatever order its keys come. Not against forgers. */
export function hash(value: unknown, length = 8): string {
  const text = canonical(value);
  // Two passes of 32 bits from different starts: one alone would repeat after some ten thousand names.
  let rest = (BigInt(fnv1a(text, 0x811c9dc5)) << 32n) | BigInt(fnv1a(text, 0x01234567));
  let digits = '';
  for (let i = 0; i < length; i++) {
    digits += alphabet[Number(rest % 27n)];
    rest /= 27n;
  }
  return digits;
}

/** FNV-1a (draft-eastlake-fnv) over UTF-16 code units. */
function fnv1a(text: string, start: number): number {
  let sum = start;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}

/** JSON with sorted keys. By hand, as a replacer for JSON.stringify takes five times as long and every reconcile hashes. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join()}}`;
}
