import { type HandshakeFragment, handshakeType } from './dtls-record.ts';

/** A handshake message, whole. */
export interface HandshakeMessage {
  readonly type: number;
  readonly message: number;
  readonly body: Buffer;
}

/** What a client says in the clear, by message number, when we answer its first hello with a cookie. */
const script: readonly number[] = [
  handshakeType.clientHello,
  handshakeType.clientHello,
  handshakeType.certificate,
  handshakeType.clientKeyExchange,
  handshakeType.certificateVerify,
];

/** A chain of certificates is a few kilobytes; nothing else comes near. */
const longestMessage = 16 * 1024;

/** Far more than a client needs in the time of a handshake. Each answer makes a key pair, a few milliseconds of work. */
const mostFirstHellos = 20;

/**
 * Puts a client's handshake in order. Datagrams come twice, late, in pieces or not at all; the handshake itself must
 * see each message once, whole and in order, or its transcript is wrong and with it the keys. A second key exchange
 * would even put the sender's keys in place of the signer's. Returns a function that takes a fragment and yields the
 * messages that are due. A whole message is at most 16 KiB; other fragments are dropped.
 */
export function handshakeOrder(): (fragment: HandshakeFragment) => readonly HandshakeMessage[] {
  let next = 0;
  let firstHellos = 0;
  const waiting = new Map<number, Assembly>();

  return ({ type, length, message, offset, body }) => {
    if (type !== script[message] || length > longestMessage || offset + body.length > length) return [];
    // The answer to the first hello is never repeated by itself, so a lost one must be asked for again.
    if (message === 0 && next === 1 && body.length === length)
      return ++firstHellos < mostFirstHellos ? [{ type, message, body }] : [];
    if (message < next) return [];
    const assembly = waiting.get(message) ?? { type, body: Buffer.alloc(length), has: new Uint8Array(length) };
    if (assembly.body.length !== length) return [];
    waiting.set(message, assembly);
    body.copy(assembly.body, offset);
    assembly.has.fill(1, offset, offset + body.length);

    const due: HandshakeMessage[] = [];
    for (let whole = waiting.get(next); whole && !whole.has.includes(0); whole = waiting.get(next)) {
      due.push({ type: whole.type, message: next, body: whole.body });
      waiting.delete(next);
      next += 1;
    }
    return due;
  };
}

interface Assembly {
  readonly type: number;
  readonly body: Buffer;
  /** 1 where a byte has arrived. */
  readonly has: Uint8Array;
}
