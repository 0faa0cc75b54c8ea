/**
 * Seals the copies of a packet in a row and hands them to the kernel in one call. `node:crypto` makes a cipher object and
 * three buffers for each, dgram a request, a list and a callback's turn: together twice what encryption and kernel take.
 * Here nothing is allocated. All lies in one block of memory, which V8 does not move:
 *
 *   | associated data | slot 0:  header, right-aligned | payload, encrypted in place | tag | slot 1: … |
 *
 * It stands on `node:ffi`, which is experimental, and on the descriptor, which dgram keeps to itself. Where either is not
 * as it is known there is no outbox, and `node:crypto` and dgram do the work.
 */
import type dgram from 'node:dgram';
import type * as Ffi from 'node:ffi';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from './address.ts';
import { descriptorOf, isBoundAs } from './descriptor.ts';
import { messageList } from './message-list.ts';
import { openssl } from './openssl.ts';

/** Seals under one key, until it is closed. */
export interface OutboxKey {
  /** 12 bytes, to be written before each `add`. The same for all keys. */
  readonly iv: Buffer;
  /** Seals, and keeps until the next flush. False when it cannot; then nothing has happened. */
  add(header: Buffer, payload: Buffer, to: Endpoint): boolean;
  close(): void;
}

export interface Outbox {
  /** The socket's, with which another thread can have an outbox of its own. */
  readonly bound: Bound;
  /** For a key of 16 bytes. */
  open(key: Uint8Array): OutboxKey;
  /** Keeps a datagram as it is, given in pieces, until the next flush. False when it cannot; then nothing has happened. */
  put(pieces: readonly Buffer[], to: Endpoint): boolean;
  /** Sends what was added. To be called before the thread waits for anything. */
  flush(): void;
  /** Before the socket's: afterwards its descriptor may be somebody else's. */
  close(): void;
}

/** A descriptor, and what it is bound to. */
export interface Bound {
  readonly descriptor: number;
  readonly to: AddressInfo;
}

/** What dgram does in its own way. */
export interface Fallback {
  /** Gets what the kernel did not take at once, as a copy. */
  leave(datagram: Buffer, to: Endpoint): void;
  /** False while something waits in dgram's queue: overtaking it would be reordering. */
  isPassable(): boolean;
}

const slots = 64;
const maxHeader = 128;
const maxPayload = 2032;
const tagLength = 16;
const slotSize = maxHeader + maxPayload + tagLength;
const at = { associated: 0, slots: maxHeader } as const;

/** For a bound IPv4 socket. */
export function outbox(socket: dgram.Socket, fallback: Fallback): Outbox | undefined {
  try {
    const descriptor = descriptorOf(socket);
    return descriptor === undefined ? undefined : outboxOf({ descriptor, to: socket.address() }, fallback);
  } catch {
    return undefined;
  }
}

/** Of a socket that may be another thread's. Throws where OpenSSL is not as it is known. */
export function outboxOf(bound: Bound, fallback: Fallback): Outbox | undefined {
  const ffi = process.getBuiltinModule('node:ffi');
  if (ffi === undefined || process.platform !== 'linux') return undefined;
  return isBoundAs(ffi, bound.descriptor, bound.to) ? open(ffi, bound, fallback) : undefined;
}

function open(ffi: typeof Ffi, bound: Bound, { leave, isPassable }: Fallback): Outbox {
  const gcm = openssl(ffi);
  const list = messageList(ffi, slots);
  const memory = Buffer.allocUnsafeSlow(at.slots + slots * slotSize);
  const start = ffi.getRawPointer(memory);
  const address = Number(start);
  const associated = start + BigInt(at.associated);
  const payloads = Array.from({ length: slots }, (_, i) => start + BigInt(at.slots + i * slotSize + maxHeader));
  const recipients: Endpoint[] = [];
  let count = 0;
  let isClosed = false;

  const leaveToDgram = (i: number): void => {
    const to = recipients[i];
    const from = list.addressOf(i) - address;
    if (to !== undefined) leave(Buffer.from(memory.subarray(from, from + list.lengthOf(i))), to);
  };
  const flush = (): void => {
    for (let i = 0; i < count; ) {
      if (isPassable()) i += list.send(bound.descriptor, i, count - i);
      // Refused: dgram knows how to wait, and tells what is wrong with this one. The others go on.
      if (i < count) leaveToDgram(i++);
    }
    count = 0;
  };
  const keepUntilFlush = (from: number, length: number, to: Endpoint): void => {
    list.set(count, from, length, to);
    recipients[count] = to;
    count += 1;
    if (count === slots) flush();
  };
  const add = (context: bigint, header: Buffer, payload: Buffer, to: Endpoint): boolean => {
    if (header.length > maxHeader || payload.length > maxPayload || isClosed || !isPassable()) return false;
    const payloadAt = at.slots + count * slotSize + maxHeader;
    const headerAt = payloadAt - header.length;
    const tagAt = payloadAt + payload.length;
    memory.set(header, at.associated);
    memory.set(header, headerAt);
    memory.set(payload, payloadAt);
    gcm.encrypt(context, associated, header.length, payloads[count] ?? 0n, payload.length, address + tagAt);
    keepUntilFlush(address + headerAt, tagAt + tagLength - headerAt, to);
    return true;
  };
  const put = (pieces: readonly Buffer[], to: Endpoint): boolean => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > slotSize || isClosed || !isPassable()) return false;
    const start = at.slots + count * slotSize;
    let end = start;
    for (const piece of pieces) end += piece.copy(memory, end);
    keepUntilFlush(address + start, length, to);
    return true;
  };
  return {
    bound,
    put,
    open(key) {
      const context = gcm.open(key);
      return {
        iv: gcm.iv,
        add: (header, payload, to) => add(context, header, payload, to),
        close: () => gcm.close(context),
      };
    },
    flush() {
      if (count > 0) flush();
    },
    close() {
      isClosed = true;
      count = 0;
    },
  };
}
