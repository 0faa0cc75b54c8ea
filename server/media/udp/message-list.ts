import type * as Ffi from 'node:ffi';
import { messageMemory } from './message-memory.ts';
import type { SocketName } from './socket-name.ts';

/**
 * Datagrams for one `sendmmsg`. Those of one client that are equally long, but for the last, become one message: the
 * kernel takes it through its layers once and cuts it up at the end. A client's media stays in order,
 * and what else it gets; a report may leave before media that was put earlier.
 */
export interface MessageList {
  /** Adds what lies at an address, which must stay there until it is flushed. There is room for `size`. */
  add(address: number, length: number, to: Recipient): void;
  flush(): void;
  /** Forgets what was added. */
  clear(): void;
}

/** A client, as one list knows it. */
export interface Recipient {
  readonly name: SocketName;
  /** Its last message, if that was made in this turn. */
  message: number;
  turn: number;
  /** Messages of several datagrams that the kernel refused, though it took the datagrams. */
  refusals: number;
}

export const recipient = (name: SocketName): Recipient => ({ name, message: 0, turn: -1, refusals: 0 });

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
/** So often it is tried in vain for a client: its network may have less room, or leave checksums to others. */
const maxRefusals = 8;

/** Allocates only when there are more messages at a time than ever before. */
export function messageList(ffi: typeof Ffi, options: MessageListOptions): MessageList {
  const { descriptor, size, leave, isPassable } = options;
  const memory = messageMemory(ffi, size);
  const drafts = messageDrafts(options);
  /** Whose names are in the memory: most messages have them again. */
  const named: Recipient[] = [];
  /** The places of their datagrams in the memory. */
  const firsts = new Uint32Array(size);

  const write = (): void => {
    let place = 0;
    for (let i = 0; i < drafts.count(); i++) {
      const { to, count, first } = drafts.at(i);
      firsts[i] = place;
      for (let datagram = first, left = count; left > 0; left--, datagram = drafts.behind(datagram))
        memory.setDatagram(place++, drafts.addressOf(datagram), drafts.lengthOf(datagram));
      if (named[i] !== to) memory.setName(i, to.name);
      named[i] = to;
      memory.setDatagrams(i, place - count, count);
    }
  };
  /** In the place behind all messages. */
  const sendAlone = (place: number, to: Recipient): boolean => {
    memory.setName(size, to.name);
    memory.setDatagrams(size, place, 1);
    return isPassable() && memory.send(descriptor, size, 1) === 1;
  };
  const sendApart = (message: number): void => {
    const { to, count } = drafts.at(message);
    const first = firsts[message] ?? 0;
    let taken = 0;
    for (let place = first; place < first + count; place++) {
      // What is refused by itself is left to dgram, which knows how to wait, and tells what is wrong with it.
      if (count > 1 && sendAlone(place, to)) taken += 1;
      else leave(ffi.toBuffer(BigInt(memory.addressOf(place)), memory.lengthOf(place)), to.name);
    }
    if (taken > 1 && taken === count) to.refusals += 1;
  };
  return {
    add: drafts.add,
    clear: drafts.clear,
    flush() {
      write();
      const count = drafts.count();
      for (let i = 0; i < count; ) {
        i += isPassable() ? memory.send(descriptor, i, count - i) : 0;
        if (i < count) sendApart(i++);
      }
      drafts.clear();
    },
  };
}

/** A message of which nothing is written yet. It does not grow while `each` is 0. */
interface Draft {
  to: Recipient;
  first: number;
  last: number;
  count: number;
  /** Bytes of its datagrams, but of the last, and of all together. */
  each: number;
  together: number;
}

function messageDrafts({ size, maxSegments }: MessageListOptions) {
  const drafts: Draft[] = [];
  const [addresses, lengths, next] = [new Float64Array(size), new Uint32Array(size), new Uint32Array(size)];
  let datagrams = 0;
  let count = 0;
  let turn = 0;

  const begin = (length: number, to: Recipient): void => {
    const each = maxSegments > 1 && to.refusals < maxRefusals ? length : 0;
    const draft = drafts[count];
    to.message = count;
    to.turn = turn;
    count += 1;
    if (draft === undefined) {
      drafts.push({ to, first: datagrams, last: datagrams, count: 1, each, together: length });
      return;
    }
    draft.to = to;
    draft.first = datagrams;
    draft.last = datagrams;
    draft.count = 1;
    draft.each = each;
    draft.together = length;
  };
  const at = (index: number): Draft => drafts[index] as Draft;
  return {
    count: () => count,
    /** Of those that are counted. */
    at,
    addressOf: (datagram: number) => addresses[datagram] ?? 0,
    lengthOf: (datagram: number) => lengths[datagram] ?? 0,
    /** The next in the same message. */
    behind: (datagram: number) => next[datagram] ?? 0,
    add(address: number, length: number, to: Recipient): void {
      const open = to.turn === turn ? drafts[to.message] : undefined;
      if (open !== undefined && length <= open.each && open.together + length <= maxMessage) {
        next[open.last] = datagrams;
        open.last = datagrams;
        open.count += 1;
        open.together += length;
        if (length < open.each || open.count === maxSegments) open.each = 0;
      } else begin(length, to);
      addresses[datagrams] = address;
      lengths[datagrams] = length;
      datagrams += 1;
    },
    clear(): void {
      datagrams = 0;
      count = 0;
      turn += 1;
    },
  };
}
