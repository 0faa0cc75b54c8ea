/** The keys that both sides derive from what they share. */
import { type SrtpKeys, type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import type { Randoms } from './dtls-key-exchange.ts';
import type { Master } from './dtls-prf.ts';
import type { RecordKey } from './dtls-protection.ts';
import type { Side } from './dtls-secrets.ts';

const keyLength = 16;
const recordSaltLength = 4;

/** The keys of protected records (RFC 5246 section 6.3), when we are that side. */
export function recordKeys(
  we: Side,
  master: Master,
  { client, server }: Randoms,
): Record<'ours' | 'theirs', RecordKey> {
  const next = slices(master('key expansion', Buffer.concat([server, client]), 2 * (keyLength + recordSaltLength)));
  const keys = [next(keyLength), next(keyLength)] as const;
  const salts = [next(recordSaltLength), next(recordSaltLength)] as const;
  const clients: RecordKey = { key: keys[0], salt: salts[0] };
  const servers: RecordKey = { key: keys[1], salt: salts[1] };
  return we === 'client' ? { ours: clients, theirs: servers } : { ours: servers, theirs: clients };
}

/** The keys of media (RFC 5764 section 4.2), when we are that side. In memory of their own: they go to another thread. */
export function srtpKeys(we: Side, master: Master, { client, server }: Randoms, profile: SrtpProfile): SrtpKeys {
  // Salts are 12 bytes with GCM (RFC 7714 section 12), 14 with counter mode (RFC 3711 section 8.2).
  const saltLength = profile === srtpProfile.AEAD_AES_128_GCM ? 12 : 14;
  const seed = Buffer.concat([client, server]);
  const next = slices(master('EXTRACTOR-dtls_srtp', seed, 2 * (keyLength + saltLength)));
  const [clientKey, serverKey] = [next(keyLength), next(keyLength)];
  const [clientSalt, serverSalt] = [next(saltLength), next(saltLength)];
  return we === 'client'
    ? { profile, localKey: clientKey, localSalt: clientSalt, remoteKey: serverKey, remoteSalt: serverSalt }
    : { profile, localKey: serverKey, localSalt: serverSalt, remoteKey: clientKey, remoteSalt: clientSalt };
}

/** One part after the other, of a copy: one memory for all of them is cloned sooner than one for each. */
function slices(bytes: Buffer): (length: number) => Uint8Array {
  const copy = new Uint8Array(bytes);
  let at = 0;
  return (length) => {
    at += length;
    return copy.subarray(at - length, at);
  };
}
