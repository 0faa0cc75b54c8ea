/** What both sides of a handshake derive from what they share (RFC 5246 sections 5, 6.3 and 7.4.9). */
import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { handshakeHeader, handshakeType } from './dtls-record.ts';

/**
 * The messages that both sides have seen, in the form in which they are hashed and signed: each as one fragment, without
 * the hello that had no cookie.
 */
export type Transcript = readonly Buffer[];

export const transcriptHash = (messages: Transcript): Buffer =>
  createHash('sha256').update(Buffer.concat(messages)).digest();

/** The PRF of TLS 1.2 with SHA-256. */
export function pseudoRandom(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
  const key = createSecretKey(secret);
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Uint8Array) => createHmac('sha256', key).update(data).digest();
  const blocks: Buffer[] = [];
  for (let a = hmac(labelled); ; a = hmac(a)) {
    blocks.push(hmac(Buffer.concat([a, labelled])));
    if (blocks.length * 32 >= length) return Buffer.concat(blocks).subarray(0, length);
  }
}

export type Side = 'client' | 'server';

const verifyLength = 12;

/** The content of a side's Finished, over all messages before it. */
export const finishedBody = (side: Side, before: Transcript, masterSecret: Uint8Array): Buffer =>
  pseudoRandom(masterSecret, `${side} finished`, transcriptHash(before), verifyLength);

/** Whether a Finished (with its header) proves that its sender saw the same handshake. */
export function isFinishedOf(side: Side, message: Buffer, before: Transcript, masterSecret: Uint8Array): boolean {
  if (message.length !== handshakeHeader + verifyLength || message.readUInt8(0) !== handshakeType.finished)
    return false;
  return timingSafeEqual(message.subarray(handshakeHeader), finishedBody(side, before, masterSecret));
}
