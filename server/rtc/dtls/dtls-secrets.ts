/** What both sides of a handshake have seen, and the Finished that proves it (RFC 5246 section 7.4.9). */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Master } from './dtls-prf.ts';
import { handshakeHeader, handshakeType } from './dtls-record.ts';

/**
 * The messages that both sides have seen, in the form in which they are hashed and signed: each as one fragment, without
 * the hello that had no cookie.
 */
export type Transcript = readonly Buffer[];

export const transcriptHash = (messages: Transcript): Buffer => hash('sha256', Buffer.concat(messages), 'buffer');

export type Side = 'client' | 'server';

const verifyLength = 12;

/** The content of a side's Finished, over all messages before it. */
export const finishedBody = (side: Side, before: Transcript, master: Master): Buffer =>
  master(`${side} finished`, transcriptHash(before), verifyLength);

/** Whether a Finished (with its header) proves that its sender saw the same handshake. */
export function isFinishedOf(side: Side, message: Buffer, before: Transcript, master: Master): boolean {
  if (message.length !== handshakeHeader + verifyLength || message.readUInt8(0) !== handshakeType.finished)
    return false;
  return timingSafeEqual(message.subarray(handshakeHeader), finishedBody(side, before, master));
}
