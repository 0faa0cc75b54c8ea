import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a client's check says. `extra` are attributes that go before MESSAGE-INTEGRITY. */
export interface CheckOptions {
  readonly username: string;
  readonly password: string;
  readonly useCandidate?: boolean;
  readonly role?: 'controlling' | 'controlled';
  readonly extra?: readonly Buffer[];
  readonly withFingerprint?: boolean;
  readonly transactionId?: Buffer;
}

/** A connectivity check as an ICE client sends it, written without the server's code. */
export function stunCheck(options: CheckOptions): Buffer {
  const {
    username,
    password,
    useCandidate = false,
    role = 'controlling',
    extra = [],
    withFingerprint = true,
  } = options;
  const attributes = [
    stunAttribute(0x0006, Buffer.from(username)),
    stunAttribute(0x0024, Buffer.from([0x6e, 0x00, 0x1e, 0xff])),
    stunAttribute(role === 'controlling' ? 0x802a : 0x8029, Buffer.alloc(8, 7)),
    ...(useCandidate ? [stunAttribute(0x0025, Buffer.alloc(0))] : []),
    ...extra,
  ];
  const header = Buffer.alloc(20);
  header.writeUInt16BE(0x0001, 0);
  header.writeUInt32BE(0x2112a442, 4);
  (options.transactionId ?? Buffer.from('transaction!')).copy(header, 8);
  const whole = signed(Buffer.concat([header, ...attributes]), password);
  return withFingerprint ? fingerprinted(whole) : whole;
}

/** A client's answer to a check of the server's. */
export function stunAnswer(check: Buffer, password: string): Buffer {
  const header = Buffer.from(check.subarray(0, 20));
  header.writeUInt16BE(0x0101, 0);
  return fingerprinted(signed(header, password));
}

function signed(message: Buffer, password: string): Buffer {
  const long = withLength(message, 24);
  return Buffer.concat([long, stunAttribute(0x0008, createHmac('sha1', password).update(long).digest())]);
}

function fingerprinted(whole: Buffer): Buffer {
  const checked = withLength(whole, 8);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(checked) ^ 0x5354554e) >>> 0);
  return Buffer.concat([checked, stunAttribute(0x8028, fingerprint)]);
}

export function stunAttribute(type: number, value: Buffer): Buffer {
  const attribute = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  attribute.writeUInt16BE(type, 0);
  attribute.writeUInt16BE(value.length, 2);
  value.copy(attribute, 4);
  return attribute;
}

/** The message with a length that counts `following` bytes more than there are. */
function withLength(message: Buffer, following: number): Buffer {
  message.writeUInt16BE(message.length - 20 + following, 2);
  return message;
}

/** The attributes of a message by type. */
export function stunAttributes(message: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 20; at < message.length; ) {
    const length = message.readUInt16BE(at + 2);
    found.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}
