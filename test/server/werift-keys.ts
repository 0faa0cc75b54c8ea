import type { DtlsClient, DtlsServer } from 'werift';
import type { RecordKey } from '#server/rtc/dtls/dtls-protection.ts';

/** What werift protects records with, as its server sees it, as views; undefined before the key exchange. */
export function recordKeys({
  cipher,
}: Pick<DtlsServer | DtlsClient, 'cipher'>): Record<'ours' | 'theirs', RecordKey> | undefined {
  const keys = cipher.cipher as DtlsServer['cipher']['cipher'] | undefined;
  if (!keys?.clientWriteKey || !keys.clientNonce || !keys.serverWriteKey || !keys.serverNonce) return undefined;
  // The rest of a nonce is the record's own.
  return {
    ours: { key: keys.serverWriteKey, salt: keys.serverNonce.subarray(0, 4) },
    theirs: { key: keys.clientWriteKey, salt: keys.clientNonce.subarray(0, 4) },
  };
}
