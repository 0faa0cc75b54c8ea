/**
 * How the value of a Secret's key is read: by the pods that it is a file of, and by the operator, which says on the room what
 * they could not use.
 */

/** A token, or a secret, a line each; several while one takes another's place. */
export const tokenLines = (content: string): readonly string[] =>
  content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Each is looked at for every request. */
export const manyTokens = 10;

/** A key must be as long as its algorithm's hash (RFC 7518 section 3.2), the shortest of which is SHA-256. */
export const shortestSigningKeyBytes = 32;
