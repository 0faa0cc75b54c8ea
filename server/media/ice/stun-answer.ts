import { addressBytes, type Endpoint } from '../udp/address.ts';
import { attribute, fingerprint, headerLength, integrity, magicCookie, messageType } from './stun.ts';

/** The answer to an authentic check: the address it came from, so that the client learns how we see it. */
export function bindingSuccess(request: Buffer, from: Endpoint, key: Buffer): Buffer {
  const address = addressBytes(from.address);
  const value = Buffer.alloc(4 + address.length);
  value[1] = address.length === 4 ? 1 : 2;
  value.writeUInt16BE(from.port ^ (magicCookie >>> 16), 2);
  // Cookie and transaction id are next to each other in the request: 16 bytes to xor an IPv6 address with.
  for (let i = 0; i < address.length; i++) value[4 + i] = (address[i] ?? 0) ^ (request[4 + i] ?? 0);
  return signedMessage(request, messageType.success, [[attribute.xorMappedAddress, value]], key);
}

/** 487: we are ICE-lite, thus always the controlled side; a peer that claims that role has to switch (RFC 8445 7.3.1.1). */
export const roleConflict = (request: Buffer, key: Buffer): Buffer =>
  signedMessage(request, messageType.error, [[attribute.errorCode, errorCode(487, 'Role Conflict')]], key);

/** 420: the request needs something understood that we do not know (RFC 8489 section 6.3.1). */
export function unknownAttribute(request: Buffer, unknown: readonly number[], key: Buffer): Buffer {
  const list = Buffer.alloc(unknown.length * 2);
  for (const [i, type] of unknown.entries()) list.writeUInt16BE(type, i * 2);
  const attributes: Attribute[] = [
    [attribute.errorCode, errorCode(420, 'Unknown Attribute')],
    [attribute.unknownAttributes, list],
  ];
  return signedMessage(request, messageType.error, attributes, key);
}

export type Attribute = readonly [type: number, value: Buffer];

const errorCode = (code: number, reason: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)]);

/** A message of the same transaction as `head`, whose first 20 bytes matter, with MESSAGE-INTEGRITY and FINGERPRINT. */
export function signedMessage(head: Buffer, type: number, attributes: readonly Attribute[], key: Buffer): Buffer {
  const integrityAt = headerLength + attributes.reduce((sum, [, value]) => sum + 4 + padded(value.length), 0);
  const message = Buffer.allocUnsafe(integrityAt + 24 + 8).fill(0);
  message.writeUInt16BE(type, 0);
  message.writeUInt16BE(message.length - headerLength, 2);
  head.copy(message, 4, 4, headerLength);
  let at = headerLength;
  for (const [attributeType, value] of attributes) {
    writeAttribute(message, at, attributeType, value);
    at += 4 + padded(value.length);
  }
  writeAttribute(message, at, attribute.messageIntegrity, integrity(message, at, key));
  writeHead(message, at + 24, attribute.fingerprint, 4);
  message.writeUInt32BE(fingerprint(message, at + 24), at + 28);
  return message;
}

function writeAttribute(message: Buffer, at: number, type: number, value: Buffer): void {
  writeHead(message, at, type, value.length);
  value.copy(message, at + 4);
}

function writeHead(message: Buffer, at: number, type: number, length: number): void {
  message.writeUInt16BE(type, at);
  message.writeUInt16BE(length, at + 2);
}

const padded = (length: number): number => (length + 3) & ~3;
