import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { type SrtpKeys, type SrtpProfile, srtpProfile } from '../plane.ts';

/** Bytes of master key and master salt by profile, as DTLS-SRTP must export them (RFC 5764, RFC 7714 section 12). */
export const masterLength = {
  [srtpProfile.AEAD_AES_128_GCM]: { key: 16, salt: 12 },
  [srtpProfile.AES128_CM_HMAC_SHA1_80]: { key: 16, salt: 14 },
} as const satisfies Record<SrtpProfile, { key: number; salt: number }>;

/** Throws a RangeError when a key or a salt has another length than the profile wants. */
export function checkKeys({ profile, localKey, localSalt, remoteKey, remoteSalt }: SrtpKeys): void {
  const { key, salt } = masterLength[profile];
  if ([localKey, remoteKey].some((k) => k.length !== key) || [localSalt, remoteSalt].some((s) => s.length !== salt))
    throw new RangeError(`SRTP profile ${profile} wants master keys of ${key} bytes and salts of ${salt}`);
}

/** The session keys of one direction and one protocol (RTP or RTCP). */
export interface SessionKeys {
  /** A KeyObject: with raw bytes Node 24 spends four times as long on each packet. */
  readonly encryption: KeyObject;
  /** Empty for GCM, which authenticates by itself. */
  readonly authentication: Buffer;
  readonly salt: Buffer;
}

/** First label of each protocol (RFC 3711 section 4.3.2); the next two are authentication and salt. */
const firstLabel = { rtp: 0, rtcp: 3 } as const;

/** Session keys from master key and salt, by AES-CM with a key derivation rate of 0 (RFC 3711 section 4.3). */
export function sessionKeys(
  profile: SrtpProfile,
  protocol: keyof typeof firstLabel,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
): SessionKeys {
  const label = firstLabel[protocol];
  const isGcm = profile === srtpProfile.AEAD_AES_128_GCM;
  return {
    encryption: createSecretKey(derived(masterKey, masterSalt, label, 16)),
    authentication: isGcm ? Buffer.alloc(0) : derived(masterKey, masterSalt, label + 1, 20),
    salt: derived(masterKey, masterSalt, label + 2, masterLength[profile].salt),
  };
}

/** GCM's 12-byte master salt is filled up with zeros to the right (RFC 7714 section 11). */
export function derived(masterKey: Uint8Array, masterSalt: Uint8Array, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.set(masterSalt);
  counter.writeUInt8(counter.readUInt8(7) ^ label, 7);
  return createCipheriv('aes-128-ctr', masterKey, counter).update(Buffer.alloc(length));
}
