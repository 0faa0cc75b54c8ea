/** Alerts (RFC 5246 section 7.2): a level, where 2 is fatal, and a description. */
import type { RecordProtection } from './dtls-protection.ts';
import { contentType, type DtlsRecord, encodedRecord } from './dtls-record.ts';

/** Why an association failed or ended. */
export type DtlsEnd = 'Closed' | 'FingerprintMismatch' | 'BadSignature' | 'HandshakeFailed';

const closeNotify = 0;
export const alertCode = {
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  unsupportedExtension: 110,
} as const;

/** Far above any number that a handshake reaches: a number used twice would be an AES-GCM nonce used twice. */
const alertSequenceNumber = 1000;

/** A fatal alert while there are no keys. */
export const plainAlert = (description: number): Buffer => encodedRecord(alertRecord(0, 2, description));

/** close_notify under the keys of the handshake. At most one an association: its sequence number is fixed. */
export const farewell = (protection: RecordProtection): Buffer =>
  encodedRecord(protection.seal(alertRecord(1, 1, closeNotify)));

const alertRecord = (epoch: number, level: 1 | 2, description: number): DtlsRecord => ({
  type: contentType.alert,
  epoch,
  sequenceNumber: alertSequenceNumber,
  fragment: Buffer.from([level, description]),
});

/** How an alert of the client's ends the association; undefined for a warning, which ends nothing. */
export function endBy([level, description]: Uint8Array): readonly [DtlsEnd, detail: string] | undefined {
  if (description === closeNotify) return ['Closed', 'the client closed the connection'];
  return level === 2 ? ['HandshakeFailed', `the client sent the fatal alert ${description}`] : undefined;
}
