import { createHash } from 'node:crypto';
import { type Attribute, allValues, SdpError } from '../sdp/sdp.ts';

/** The hash of a certificate as SDP carries it (RFC 8122): `{algorithm: 'sha-256', hex: 'ab12…'}`, without colons. */
export interface Fingerprint {
  readonly algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  readonly hex: string;
}

const hashName = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' } as const;
const isKnown = (name: string): name is Fingerprint['algorithm'] => Object.hasOwn(hashName, name);

/** The fingerprints that can be trusted. Throws an {@link SdpError} when there is none, or one is no hash. */
export function fingerprints(attributes: readonly Attribute[]): readonly Fingerprint[] {
  const values = allValues(attributes, 'fingerprint');
  if (values.length === 0)
    throw new SdpError('malformed', 'a=fingerprint is missing: it ties the DTLS certificate to this offer.');
  const known = values.flatMap((value) => {
    const [algorithm = '', hash = ''] = value.trim().split(/ +/);
    const name = algorithm.toLowerCase();
    if (!isKnown(name)) return [];
    const hex = hash.replaceAll(':', '').toLowerCase();
    if (hex.length !== digest(name, Buffer.alloc(0)).length || !/^[0-9a-f]+$/.test(hex))
      throw new SdpError('malformed', `a=fingerprint is not a ${name} hash in hexadecimal.`);
    return [{ algorithm: name, hex }];
  });
  if (known.length === 0)
    throw new SdpError('unusable', 'a=fingerprint must use sha-256, sha-384 or sha-512; others are too weak.');
  return known;
}

const digest = (algorithm: Fingerprint['algorithm'], certificate: Uint8Array) =>
  createHash(hashName[algorithm]).update(certificate).digest('hex');

/** Whether a certificate (DER) is one of those that the offer named. */
export const matches = (certificate: Uint8Array, wanted: readonly Fingerprint[]) =>
  wanted.some(({ algorithm, hex }) => digest(algorithm, certificate) === hex);

/** The value of our `a=fingerprint` for a certificate (DER): `sha-256 AB:12:…`. */
export const fingerprintLine = (certificate: Uint8Array) =>
  `sha-256 ${digest('sha-256', certificate)
    .toUpperCase()
    .replaceAll(/..(?=.)/g, '$&:')}`;
