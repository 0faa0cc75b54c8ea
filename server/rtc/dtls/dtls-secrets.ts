/** What both sides of a handshake derive from what they share (RFC 5246 sections 5, 6.3 and 7.4.9). */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodedHandshake, handshakeType } from './dtls-record.ts';

/** A message of the transcript: of ours or the client's, without the hello that had no cookie. */
export interface TranscriptMessage {
  readonly msg_type: number;
  readonly message_seq: number;
  readonly fragment: Buffer;
}

/** The bytes of messages, in the form in which they are hashed and signed. */
export const transcriptBytes = (messages: readonly TranscriptMessage[]): Buffer =>
  Buffer.concat(
    messages.map(({ msg_type, message_seq, fragment }) => encodedHandshake(msg_type, message_seq, fragment)),
  );

export const transcriptHash = (messages: readonly TranscriptMessage[]): Buffer =>
  createHash('sha256').update(transcriptBytes(messages)).digest();

/** The PRF of TLS 1.2 with SHA-256. */
export function pseudoRandom(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Uint8Array) => createHmac('sha256', secret).update(data).digest();
  const blocks: Buffer[] = [];
  for (let a = hmac(labelled); blocks.length * 32 < length; a = hmac(a))
    blocks.push(hmac(Buffer.concat([a, labelled])));
  return Buffer.concat(blocks).subarray(0, length);
}

export type Side = 'client' | 'server';

const verifyLength = 12;

/** The content of a side's Finished, over all messages before it. */
export const finishedBody = (side: Side, before: readonly TranscriptMessage[], masterSecret: Uint8Array): Buffer =>
  pseudoRandom(masterSecret, `${side} finished`, transcriptHash(before), verifyLength);

/** Whether a Finished (with its header) proves that its sender saw the same handshake. */
export function isFinishedOf(
  side: Side,
  message: Buffer,
  before: readonly TranscriptMessage[],
  masterSecret: Uint8Array,
): boolean {
  const headerLength = 12;
  if (message.length !== headerLength + verifyLength || message.readUInt8(0) !== handshakeType.finished) return false;
  return timingSafeEqual(message.subarray(headerLength), finishedBody(side, before, masterSecret));
}
