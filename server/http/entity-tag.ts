/** Entity tags as far as sessions need them (RFC 9110 sections 8.8.3 and 13.1.1). Pure. */

/**
 * The tag of an ICE session: our username fragment, quoted. That is random, made anew by each restart, and known to this
 * client alone, so no state is needed for a tag that is unique and strong. Base64 has only characters that a tag may have.
 */
export const iceTag = (localUfrag: string): string => `"${localUfrag}"`;

/**
 * What `If-Match` says of the current, strong tag. `Any`: it is `*`. `Weak` and `Unquoted`: it would be the current one
 * but for what somebody did to it on the way; they do not match (section 8.8.3.2), and the difference is worth telling.
 */
export type Match = 'Absent' | 'Any' | 'Same' | 'Weak' | 'Unquoted' | 'Other';

export function ifMatch(header: string | undefined, current: string): Match {
  const text = header?.trim() ?? '';
  if (text === '') return 'Absent';
  if (text === '*') return 'Any';
  if (text === current.slice(1, -1)) return 'Unquoted';
  const tags: readonly string[] = text.match(/(?:W\/)?"[^"]*"/g) ?? [];
  if (tags.includes(current)) return 'Same';
  return tags.includes(`W/${current}`) ? 'Weak' : 'Other';
}
