/** What a handshake of either role does with a record of the other side's, and how it is refused. */
import type { Draw } from '#server/draws.ts';
import { alertCode, type DtlsEnd, endBy, plainAlert } from './dtls-alert.ts';
import type { HandshakeEvents, Stage } from './dtls-association.ts';
import type { DtlsCrypto } from './dtls-crypto.ts';
import type { Sign } from './dtls-ecdsa.ts';
import { DtlsError } from './dtls-extension.ts';
import type { RecordProtection } from './dtls-protection.ts';
import { contentType, type DtlsRecord, type HandshakeFragment, handshakeFragments } from './dtls-record.ts';

/** What all handshakes of a process have. */
export interface Self {
  /** DER. */
  readonly certificate: Buffer;
  /** By its key. */
  readonly sign: Sign;
  readonly crypto: DtlsCrypto;
  /** For what each side says first. */
  readonly draw: Draw;
}

/** What differs between the roles. What they throw as a {@link DtlsError} ends the handshake. */
interface Role extends Pick<HandshakeEvents, 'send' | 'onEnd'> {
  begin(): void;
  /** Takes a piece of a message in the clear. */
  take(fragment: HandshakeFragment): void;
  /** Takes a protected handshake record. It can only be Finished. */
  finish(record: DtlsRecord): void;
  /** Once there are keys. */
  protection(): RecordProtection | undefined;
  stop(): void;
}

export function handshake(role: Role): Stage {
  return {
    begin: role.begin,
    receive: (record) => {
      try {
        if (record.type === contentType.alert) alerted(role, record);
        else if (record.type === contentType.handshake && record.epoch > 0) role.finish(record);
        else if (record.type === contentType.handshake)
          for (const fragment of handshakeFragments(record.fragment)) role.take(fragment);
      } catch (error) {
        if (!(error instanceof DtlsError)) throw error;
        refuse(role, 'HandshakeFailed', error.message, error.alert);
      }
    },
    farewell: () => undefined,
    stop: role.stop,
  };
}

function alerted({ protection, onEnd }: Role, record: DtlsRecord) {
  const content = record.epoch > 0 ? protection()?.open(record) : record.fragment;
  const end = content && endBy(content);
  if (end) onEnd(...end);
}

/** Ends a handshake, and tells the other side why, by a fatal alert. */
export function refuse(
  { send, onEnd }: Pick<HandshakeEvents, 'send' | 'onEnd'>,
  reason: DtlsEnd,
  detail: string,
  alert: number = reason === 'FingerprintMismatch' ? alertCode.badCertificate : alertCode.decryptError,
) {
  send(plainAlert(alert));
  onEnd(reason, detail);
}
