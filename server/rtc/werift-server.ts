/** What we give to werift's DTLS server and take from it, beyond what it has functions for. */
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import type { DtlsServer } from 'werift';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { contentType, type DtlsRecord, encodedRecord } from './dtls-record.ts';

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

/** Alert descriptions (RFC 5246 section 7.2). */
export const alertCode = { closeNotify: 0, badCertificate: 42, decryptError: 51 } as const;

/** Far above any number that a handshake reaches: a number used twice would be an AES-GCM nonce used twice. */
const alertSequenceNumber = 1000;

/** The keys that the handshake agreed on; undefined when it agreed on no SRTP profile of ours. */
export function srtpKeys(server: DtlsServer): SrtpKeys | undefined {
  const profile = server.srtp.srtpProfile;
  if (profile !== srtpProfile.AEAD_AES_128_GCM && profile !== srtpProfile.AES128_CM_HMAC_SHA1_80) return undefined;
  // Salts are 12 bytes with GCM (RFC 7714 section 12), 14 with counter mode (RFC 3711 section 8.2).
  return { profile, ...server.extractSessionKeys(16, profile === srtpProfile.AEAD_AES_128_GCM ? 12 : 14) };
}

/** The content of a protected record; undefined when it is not authentic. */
export function decrypted(server: DtlsServer, record: DtlsRecord): Buffer | undefined {
  try {
    return server.cipher.decryptPacket(weriftRecord(record));
  } catch {
    return undefined;
  }
}

/** A fatal alert while there are no keys. */
export const plainAlert = (description: number) => encodedRecord(alertRecord(0, 2, description));

/** A warning under the keys of the handshake. At most one a connection: its sequence number is fixed. */
export function protectedAlert({ cipher }: Pick<DtlsServer, 'cipher'>, description: number): Buffer {
  const record = alertRecord(1, 1, description);
  return encodedRecord({ ...record, fragment: cipher.encryptPacket(weriftRecord(record)).fragment });
}

const alertRecord = (epoch: number, level: 1 | 2, description: number): DtlsRecord => ({
  type: contentType.alert,
  epoch,
  sequenceNumber: alertSequenceNumber,
  fragment: Buffer.from([level, description]),
});

type WeriftRecord = Parameters<DtlsServer['cipher']['decryptPacket']>[0];

/** werift's record class is not exported; its cipher reads no more of it than this. */
const weriftRecord = ({ type, epoch, sequenceNumber, fragment }: DtlsRecord) =>
  ({
    recordLayerHeader: {
      contentType: type,
      protocolVersion: { major: 254, minor: 253 },
      epoch,
      sequenceNumber,
      contentLen: fragment.length,
    },
    fragment,
  }) as unknown as WeriftRecord;
