/** Handshake messages, put together and in order. */
import type { HandshakeFragment } from './dtls-record.ts';

/** A handshake message, whole. */
export interface HandshakeMessage {
  readonly type: number;
  readonly message: number;
  readonly body: Buffer;
}

/** A chain of certificates is a few kilobytes; nothing else comes near. */
const longestMessage = 16 * 1024;

interface Assembly {
  readonly type: number;
  readonly body: Buffer;
  /** 1 where a byte has arrived. */
  readonly has: Uint8Array;
}

/**
 * Datagrams come twice, late, in pieces or not at all; a handshake must see each message once, whole and in order, or
 * its transcript is wrong and with it the keys. Returns a function that takes a fragment and yields the messages that
 * are due. Others than `mayCome` are dropped, and those of more than 16 KiB.
 */
export function messageOrder(
  mayCome: (type: number, message: number) => boolean,
): (fragment: HandshakeFragment) => readonly HandshakeMessage[] {
  let next = 0;
  const waiting = new Map<number, Assembly>();

  return ({ type, length, message, offset, body }) => {
    if (message < next || !mayCome(type, message)) return [];
    if (length > longestMessage || offset + body.length > length) return [];
    const assembly = waiting.get(message) ?? { type, body: Buffer.alloc(length), has: new Uint8Array(length) };
    if (assembly.type !== type || assembly.body.length !== length) return [];
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
