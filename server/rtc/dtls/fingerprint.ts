import { hash } from 'node:crypto';
import { type Attribute, allValues, SdpError } from '../sdp/sdp.ts';

/** The hash of a certificate as SDP carries it (RFC 8122): `{algorithm: 'sha-256', hex: 'ab12…'}`, without colons. */
export interface Fingerprint {
  readonly algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  readonly hex: string;
}

const hashes = {
  'sha-256': { name: 'sha256', letters: 64 },
  'sha-384': { name: 'sha384', letters: 96 },
  'sha-512': { name: 'sha512', letters: 128 },
} as const;
const isKnown = (name: string): name is Fingerprint['algorithm'] => Object.hasOwn(hashes, name);

/** The fingerprints that can be trusted. Throws an {@link SdpError} when there is none, or one is no hash. */
export function fingerprints(attributes: readonly Attribute[]): readonly Fingerprint[] {
  const values = allValues(attributes, 'fingerprint');
  if (values.length === 0)
    throw new SdpError('malformed', 'a=fingerprint is missing: it ties the DTLS certificate to this offer.');
  const known = values.flatMap((value) => {
    const [algorithm = '', digits = ''] = value.trim().split(/ +/);
    const name = algorithm.toLowerCase();
    if (!isKnown(name)) return [];
    const hex = digits.replaceAll(':', '').toLowerCase();
    if (hex.length !== hashes[name].letters || !/^[0-9a-f]+$/.test(hex))
      throw new SdpError('malformed', `a=fingerprint is not a ${name} hash in hexadecimal.`);
    return [{ algorithm: name, hex }];
  });
  if (known.length === 0)
    throw new SdpError('unusable', 'a=fingerprint must use sha-256, sha-384 or sha-512; others are too weak.');
  return known;
}

const digest = (algorithm: Fingerprint['algorithm'], certificate: Uint8Array) =>
  hash(hashes[algorithm].name, certificate, 'hex');

/** Whether a certificate (DER) is one of those that the offer named. */
export const matches = (certificate: Uint8Array, wanted: readonly Fingerprint[]) =>
  wanted.some(({ algorithm, hex }) => digest(algorithm, certificate) === hex);

/** The value of our `a=fingerprint` for a certificate (DER): `sha-256 AB:12:…`. */
export const fingerprintLine = (certificate: Uint8Array) =>
  `sha-256 ${digest('sha-256', certificate)
    .toUpperCase()
    .replaceAll(/..(?=.)/g, '$&:')}`;
