/** What we give to werift's DTLS server and take from it, beyond what it has functions for. */
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import type { DtlsServer } from 'werift';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import type { RecordKey } from './dtls-protection.ts';

type Cipher = DtlsServer['cipher'];
type PrivateKey = Cipher['localPrivateKey'];

/** What a server shows and signs with. */
export interface Credentials {
  readonly localCert: Buffer;
  readonly localPrivateKey: PrivateKey;
  readonly signatureHashAlgorithm: NonNullable<Cipher['signatureHashAlgorithm']>;
}

/**
 * What werift makes of a certificate and its key, both in PEM, made once for all servers. Each would parse both when it
 * is made, and the key once more when it signs.
 */
export function credentials(
  certPem: string,
  keyPem: string,
  signatureHashAlgorithm: Credentials['signatureHashAlgorithm'],
): Credentials {
  const key = createPrivateKey(keyPem);
  // A server asks its key for nothing but signatures.
  const signer: Pick<PrivateKey, 'sign'> = { sign: (data, hash) => sign(hash, data, key) };
  return { localCert: new X509Certificate(certPem).raw, localPrivateKey: signer as PrivateKey, signatureHashAlgorithm };
}

/**
 * The keys that the handshake agreed on; undefined when it agreed on no SRTP profile of ours. Each in memory of its own:
 * werift's are views into a pool, all of which would go along to the media thread.
 */
export function srtpKeys(server: DtlsServer): SrtpKeys | undefined {
  const profile = server.srtp.srtpProfile;
  if (profile !== srtpProfile.AEAD_AES_128_GCM && profile !== srtpProfile.AES128_CM_HMAC_SHA1_80) return undefined;
  // Salts are 12 bytes with GCM (RFC 7714 section 12), 14 with counter mode (RFC 3711 section 8.2).
  const keys = server.extractSessionKeys(16, profile === srtpProfile.AEAD_AES_128_GCM ? 12 : 14);
  return {
    profile,
    localKey: new Uint8Array(keys.localKey),
    localSalt: new Uint8Array(keys.localSalt),
    remoteKey: new Uint8Array(keys.remoteKey),
    remoteSalt: new Uint8Array(keys.remoteSalt),
  };
}

/** The keys of protected records, as views; undefined before the key exchange, and when it has failed. */
export function recordKeys({ cipher }: Pick<DtlsServer, 'cipher'>): Record<'ours' | 'theirs', RecordKey> | undefined {
  const keys = cipher.cipher as Cipher['cipher'] | undefined;
  if (!keys?.clientWriteKey || !keys.clientNonce || !keys.serverWriteKey || !keys.serverNonce) return undefined;
  // The rest of a nonce is the record's own.
  return {
    ours: { key: keys.serverWriteKey, salt: keys.serverNonce.subarray(0, 4) },
    theirs: { key: keys.clientWriteKey, salt: keys.clientNonce.subarray(0, 4) },
  };
}

/** What the server has sent last, as one datagram; a copy. */
export const lastFlight = ({ dtls }: DtlsServer): Uint8Array => new Uint8Array(Buffer.concat(dtls.lastMessage));
