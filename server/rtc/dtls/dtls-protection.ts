/**
 * Records of DTLS 1.2 under AES-128-GCM (RFC 5288 section 3, RFC 6347 section 4.1.2), the one cipher that is agreed on:
 *
 *   fragment         explicit nonce 8 │ sealed content │ tag 16
 *   associated data  epoch 2 │ sequence number 6 │ type 1 │ version 2 │ length of the content 2
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { type DtlsRecord, version12 } from './dtls-record.ts';

/** The keys of one direction: 16 bytes, and the 4 with which each nonce begins. */
export interface RecordKey {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

export interface RecordProtection {
  /** The content of a record of theirs; undefined when it is not authentic. */
  open(record: DtlsRecord): Buffer | undefined;
  /** A record of ours, whose fragment is the content. Epoch and sequence number are its nonce: never the same twice. */
  seal(record: DtlsRecord): DtlsRecord;
}

const algorithm = 'aes-128-gcm';
const explicitLength = 8;
const tagLength = 16;

/** Copies the keys. What it keeps is a few hundred bytes. */
export function recordProtection({ ours, theirs }: Record<'ours' | 'theirs', RecordKey>): RecordProtection {
  const [sealing, opening] = [kept(ours), kept(theirs)];
  return {
    open: (record) => {
      const { fragment } = record;
      const end = fragment.length - tagLength;
      if (end < explicitLength) return undefined;
      const iv = Buffer.concat([opening.salt, fragment.subarray(0, explicitLength)]);
      const decipher = createDecipheriv(algorithm, opening.key, iv, { authTagLength: tagLength });
      decipher.setAAD(associated(record, end - explicitLength));
      decipher.setAuthTag(fragment.subarray(end));
      const content = decipher.update(fragment.subarray(explicitLength, end));
      try {
        decipher.final();
        return content;
      } catch {
        return undefined; // the tag is not that of these keys
      }
    },
    seal: (record) => {
      const explicit = Buffer.alloc(explicitLength);
      explicit.writeUInt16BE(record.epoch, 0);
      explicit.writeUIntBE(record.sequenceNumber, 2, 6);
      const iv = Buffer.concat([sealing.salt, explicit]);
      const cipher = createCipheriv(algorithm, sealing.key, iv, { authTagLength: tagLength });
      cipher.setAAD(associated(record, record.fragment.length));
      const sealed = cipher.update(record.fragment);
      cipher.final();
      return { ...record, fragment: Buffer.concat([explicit, sealed, cipher.getAuthTag()]) };
    },
  };
}

const kept = ({ key, salt }: RecordKey) => ({ key: createSecretKey(key), salt: new Uint8Array(salt) });

function associated({ type, epoch, sequenceNumber }: DtlsRecord, length: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt16BE(epoch, 0);
  data.writeUIntBE(sequenceNumber, 2, 6);
  data.writeUInt8(type, 8);
  data.writeUInt16BE(version12, 9);
  data.writeUInt16BE(length, 11);
  return data;
}
