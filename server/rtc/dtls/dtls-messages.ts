/** Handshake messages, put together and in order. */
import type { HandshakeFragment } from './dtls-record.ts';

/** A handshake message, whole. */
export interface HandshakeMessage {
  readonly type: number;
  readonly message: number;
  readonly body: Buffer;
}

/** A chain of certificates is a few kilobytes; nothing else comes near. Those that wait for others count together. */
const mostBytes = 16 * 1024;

interface Assembly {
  readonly type: number;
  readonly body: Buffer;
  /** 1 where a byte has arrived. */
  readonly has: Uint8Array;
  /** Counted, as a datagram may hold 170 pieces of nothing, for each of which one would look through all bytes. */
  missing: number;
}

/**
 * Datagrams come twice, late, in pieces or not at all; a handshake must see each message once, whole and in order, or
 * its transcript is wrong and with it the keys. Returns a function that takes a fragment and yields the messages that
 * are due. Others than `mayCome` are dropped, and what would make more than 16 KiB wait: the sizes that fragments claim
 * are memory before anything is proven.
 */
export function messageOrder(
  mayCome: (type: number, message: number) => boolean,
): (fragment: HandshakeFragment) => readonly HandshakeMessage[] {
  let next = 0;
  let waitingBytes = 0;
  const waiting = new Map<number, Assembly>();

  const assemblyOf = ({ type, length, message }: HandshakeFragment): Assembly | undefined => {
    const known = waiting.get(message);
    if (known !== undefined) return known.type === type && known.body.length === length ? known : undefined;
    if (waitingBytes + length > mostBytes) return undefined;
    waitingBytes += length;
    const assembly = { type, body: Buffer.alloc(length), has: new Uint8Array(length), missing: length };
    waiting.set(message, assembly);
    return assembly;
  };

  return (fragment) => {
    const { type, length, message, offset, body } = fragment;
    if (message < next || !mayCome(type, message) || offset + body.length > length) return [];
    if (message === next && body.length === length && !waiting.has(message)) {
      next += 1;
      return [{ type, message, body }, ...due()];
    }
    const assembly = assemblyOf(fragment);
    if (assembly === undefined) return [];
    add(assembly, offset, body);
    return due();
  };

  function due(): readonly HandshakeMessage[] {
    const found: HandshakeMessage[] = [];
    for (let whole = waiting.get(next); whole?.missing === 0; whole = waiting.get(next)) {
      found.push({ type: whole.type, message: next, body: whole.body });
      waiting.delete(next);
      waitingBytes -= whole.body.length;
      next += 1;
    }
    return found;
  }
}

function add(assembly: Assembly, offset: number, body: Buffer) {
  body.copy(assembly.body, offset);
  for (let at = offset; at < offset + body.length; at++) {
    if (assembly.has[at] === 0) assembly.missing -= 1;
    assembly.has[at] = 1;
  }
}
