/** The key in a client's certificate (RFC 5280 section 4.1), if it is of the kind that all browsers make: P-256 (RFC 5480). */

const tag = { integer: 0x02, sequence: 0x30, version: 0xa0 } as const;
/** What stands before the key in the certificate: serial number, algorithm, issuer, times, subject. */
const before = [tag.integer, tag.sequence, tag.sequence, tag.sequence, tag.sequence] as const;

/** SubjectPublicKeyInfo of P-256 up to the point: the curve by its name, and how long the point is. */
const p256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const pointLength = 65;
const uncompressed = 4;

/**
 * 65 bytes; undefined for other keys, and for what does not look like a certificate. Nothing else in it is of interest: it is
 * known by its hash, so that whose it is chooses the key, whatever the rest says.
 */
export function p256Point(certificate: Buffer): Buffer | undefined {
  const [signed, end] = value(certificate, 0, tag.sequence);
  if (end !== certificate.length) return undefined;
  let [at] = value(certificate, signed, tag.sequence);
  if (certificate[at] === tag.version) [, at] = value(certificate, at, tag.version);
  for (const each of before) [, at] = value(certificate, at, each);
  const from = at + p256.length;
  const isP256 = p256.equals(certificate.subarray(at, from)) && certificate[from] === uncompressed;
  return isP256 && from + pointLength <= end ? certificate.subarray(from, from + pointLength) : undefined;
}

const nowhere = [Number.NaN, Number.NaN] as const;

/** Where a value of DER with that tag begins and ends. NaN if there is none; nothing begins behind that. */
function value(der: Buffer, at: number, wanted: number): readonly [from: number, end: number] {
  const [found, length, high, low] = [der[at], der[at + 1], der[at + 2], der[at + 3]];
  if (found !== wanted || length === undefined) return nowhere;
  if (length < 0x80) return [at + 2, at + 2 + length];
  if (length === 0x81 && high !== undefined) return [at + 3, at + 3 + high];
  if (length === 0x82 && high !== undefined && low !== undefined) return [at + 4, at + 4 + high * 256 + low];
  return nowhere;
}
