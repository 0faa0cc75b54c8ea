/**
 * A request on its way from the pod that was asked to the one that has the session. All of its head is sealed: nobody but a
 * pod of the namespace can make one, and a stranger who has the owner's address by now learns no token from it.
 *
 *   asked pod ── METHOD /passed-on, Liveroom-Request: seal of the head ──► owner     the body as it is
 *             ◄─ the answer, Liveroom-Answer: seal of the request's nonce ──         proves who has read the head
 */
import type { Seal } from './seal.ts';

/** HTTP headers, by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

export interface PassedHead {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  /** The client's address, as far as the proxies before the asked pod are to be believed. */
  readonly client: string;
  /** For whom it is; see `podMark`. */
  readonly to: string;
  readonly atMs: number;
}

/** The envelope's header, and that of the answer to it. */
export const requestHeader = 'liveroom-request';
export const answerHeader = 'liveroom-answer';

export interface PeerSeals {
  readonly request: Seal;
  readonly answer: Seal;
}

/** `nonce` tells it from all others. */
export interface Envelope {
  readonly text: string;
  readonly nonce: string;
}

export function sealedHead(head: PassedHead, { request }: PeerSeals): Envelope {
  const sealed = request.seal(Buffer.from(JSON.stringify(head)));
  return { text: sealed.toString('base64url'), nonce: nonceOf(sealed) };
}

/** Undefined for what none of our pods has sealed. */
export function openedHead(
  text: string,
  { request }: PeerSeals,
): { readonly head: PassedHead; readonly nonce: string } | undefined {
  const sealed = Buffer.from(text, 'base64url');
  const plain = request.open(sealed);
  return plain && { head: JSON.parse(plain.toString()) as PassedHead, nonce: nonceOf(sealed) };
}

/** The value of the answer's header. */
export const answerProof = (nonce: string, { answer }: PeerSeals): string =>
  answer.seal(Buffer.from(nonce)).toString('base64url');

/** Whether an answer is of one that has read the request. */
export const isProven = (proof: string, nonce: string, { answer }: PeerSeals): boolean =>
  answer.open(Buffer.from(proof, 'base64url'))?.toString() === nonce;

/** Of its bytes: one seal can be written in several ways. */
const nonceOf = (sealed: Buffer): string => sealed.toString('base64url', 0, 12);
