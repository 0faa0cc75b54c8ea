import { type SrtpKeys, type SrtpProfile, srtpProfile } from '../plane.ts';
import { type AesBlocks, aesBlocksOfNode } from './aes-blocks.ts';

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
  readonly encryption: Buffer;
  /** Empty for GCM, which authenticates by itself. */
  readonly authentication: Buffer;
  readonly salt: Buffer;
}

/** Labels of each protocol's keys (RFC 3711 section 4.3.2). */
const labels = {
  rtp: { encryption: 0, authentication: 1, salt: 2 },
  rtcp: { encryption: 3, authentication: 4, salt: 5 },
} as const;

/**
 * Session keys from master key and salt, by AES-CM with a key derivation rate of 0 (RFC 3711 section 4.3). Those of both
 * protocols in one go: a cipher takes as long to make as to use a hundred times.
 */
export function sessionKeys(
  profile: SrtpProfile,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  aes: AesBlocks = aesBlocksOfNode,
): Record<keyof typeof labels, SessionKeys> {
  const [rtpKey, rtpAuth, rtpSalt, rtcpKey, rtcpAuth, rtcpSalt] = derived(
    masterKey,
    masterSalt,
    wantedBy[profile],
    aes,
  );
  return { rtp: keysOf(rtpKey, rtpAuth, rtpSalt), rtcp: keysOf(rtcpKey, rtcpAuth, rtcpSalt) };
}

const nothing: Buffer = Buffer.alloc(0);

const keysOf = (encryption = nothing, authentication = nothing, salt = nothing): SessionKeys => ({
  encryption,
  authentication,
  salt,
});

/** Of both protocols, in the order of `labels`. */
const wantedOf = (authenticationLength: number, saltLength: number): readonly Wanted[] =>
  Object.values(labels).flatMap(({ encryption, authentication, salt }) => [
    { label: encryption, length: 16 },
    { label: authentication, length: authenticationLength },
    { label: salt, length: saltLength },
  ]);

const wantedBy: Readonly<Record<SrtpProfile, readonly Wanted[]>> = {
  [srtpProfile.AEAD_AES_128_GCM]: wantedOf(0, masterLength[srtpProfile.AEAD_AES_128_GCM].salt),
  [srtpProfile.AES128_CM_HMAC_SHA1_80]: wantedOf(20, masterLength[srtpProfile.AES128_CM_HMAC_SHA1_80].salt),
};

/** What a key or salt is made of: a label, of how many bytes. */
interface Wanted {
  readonly label: number;
  readonly length: number;
}

const blockLength = 16;
const blocksOf = ({ length }: Wanted): number => Math.ceil(length / blockLength);

/**
 * Each of the wanted, by the counters of AES-CM that are its own: the salt with the label in its 8th byte, then 2 bytes that
 * count blocks. GCM's 12-byte master salt is filled up with zeros to the right (RFC 7714 section 11).
 */
export function derived(
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  wanted: readonly Wanted[],
  aes: AesBlocks = aesBlocksOfNode,
): readonly Buffer[] {
  const counters = Buffer.alloc(blockLength * wanted.reduce((sum, each) => sum + blocksOf(each), 0));
  let next = 0;
  for (const each of wanted)
    for (let block = 0; block < blocksOf(each); block++) {
      const at = blockLength * next++;
      counters.set(masterSalt, at);
      counters[at + 7] = (counters[at + 7] ?? 0) ^ each.label;
      counters[at + blockLength - 1] = block;
    }
  const bytes = aes(masterKey, counters);
  let at = 0;
  return wanted.map((each) => {
    const from = at;
    at += blockLength * blocksOf(each);
    return bytes.subarray(from, from + each.length);
  });
}
