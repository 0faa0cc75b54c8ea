import type * as Ffi from 'node:ffi';
import { messageMemory } from './message-memory.ts';
import type { SocketName } from './socket-name.ts';

/**
 * Datagrams in a row for one `sendmmsg`. Neighbours that go to one client and are equally long, but for the last, become
 * one message: the kernel takes it through its layers once and cuts it up at the end.
 */
export interface MessageList {
  /** Adds what lies at an address, which must stay there until it is flushed. There is room for `size`. */
  add(address: number, length: number, to: SocketName): void;
  flush(): void;
  /** Forgets what was added. */
  clear(): void;
}

export interface MessageListOptions {
  readonly descriptor: number;
  readonly size: number;
  /** Datagrams that may be one message: 1 where the kernel cannot cut. */
  readonly maxSegments: number;
  /** Gets what the kernel did not take at once, as a copy. */
  leave(datagram: Buffer, to: SocketName): void;
  /** False while something waits that must not be overtaken. */
  isPassable(): boolean;
}

/** Of a datagram over IPv4, with some bytes to spare. */
const maxMessage = 65_000;
/** So often it may be tried in vain for a client: its network may have no room for them uncut, or no checksums of its own. */
const maxRefusals = 8;

export function messageList(ffi: typeof Ffi, options: MessageListOptions): MessageList {
  const { descriptor, size, maxSegments, leave, isPassable } = options;
  const memory = messageMemory(ffi, size);
  const names: SocketName[] = [];
  const firsts = new Uint32Array(size + 1);
  let datagrams = 0;
  let messages = 0;
  /** Of the message that may still grow: what its datagrams have each, and together. None grows while `each` is 0. */
  let each = 0;
  let together = 0;

  const add = (address: number, length: number, to: SocketName): void => {
    const last = messages - 1;
    const joins = length <= each && names[last] === to && together + length <= maxMessage;
    memory.setDatagram(datagrams, address, length);
    datagrams += 1;
    if (joins) {
      const first = firsts[last] ?? 0;
      memory.setDatagrams(last, first, datagrams - first);
      together += length;
      // A shorter one is the last of its message.
      if (length < each || datagrams - first === maxSegments) each = 0;
      return;
    }
    if (names[messages] !== to) memory.setName(messages, to);
    names[messages] = to;
    firsts[messages] = datagrams - 1;
    memory.setDatagrams(messages, datagrams - 1, 1);
    messages += 1;
    each = maxSegments > 1 && to.refusals < maxRefusals ? length : 0;
    together = length;
  };
  /** In the place behind all messages. */
  const sendAlone = (datagram: number, to: SocketName): boolean => {
    memory.setName(size, to);
    memory.setDatagrams(size, datagram, 1);
    return isPassable() && memory.send(descriptor, size, 1) === 1;
  };
  const sendApart = (index: number): void => {
    const to = names[index];
    const [first = 0, end = 0] = [firsts[index], index + 1 < messages ? firsts[index + 1] : datagrams];
    if (to === undefined) return;
    let taken = 0;
    for (let i = first; i < end; i++) {
      // What is refused by itself is left to dgram, which knows how to wait, and tells what is wrong with it.
      if (end - first > 1 && sendAlone(i, to)) taken += 1;
      else leave(ffi.toBuffer(BigInt(memory.addressOf(i)), memory.lengthOf(i)), to);
    }
    if (taken > 1 && taken === end - first) to.refusals += 1;
  };
  const clear = (): void => {
    datagrams = 0;
    messages = 0;
    each = 0;
  };
  return {
    add,
    clear,
    flush() {
      for (let i = 0; i < messages; ) {
        const sent = isPassable() ? memory.send(descriptor, i, messages - i) : 0;
        i += sent;
        if (i < messages) sendApart(i++);
      }
      clear();
    },
  };
}
