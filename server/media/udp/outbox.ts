/**
 * Seals the copies of a packet in a row and hands them to the kernel in one call. `node:crypto` makes a cipher object and
 * three buffers for each, dgram a request, a list and a callback's turn: together twice what encryption and kernel take.
 * Here nothing is allocated, but for a client that is new or has moved.
 *
 * It stands on `node:ffi`, which is experimental, and on descriptors, which dgram keeps to itself. Where either is not as
 * it is known there is no outbox, and `node:crypto` and dgram do the work. Each thread has its own; they may share sockets.
 */
import type * as Ffi from 'node:ffi';
import { byFfi } from '#server/node/by-ffi.ts';
import { openssl, tagLength } from '../srtp/openssl.ts';
import { rtcpSealer } from '../srtp/rtcp-sealer.ts';
import type { Endpoint } from './address.ts';
import { type Bound, familyOf, isBound } from './descriptor.ts';
import { type MessageList, messageList, type Recipient, recipient } from './message-list.ts';
import { segmentsAtOnce } from './segmentation.ts';
import { maxHeader, maxPayload, slotMemory, slotSize, slots } from './slot-memory.ts';
import { socketName } from './socket-name.ts';

/** Seals under one key, until it is closed. */
export interface OutboxKey {
  /** 12 bytes, to be written before each `add`. The same for all keys. */
  readonly iv: Buffer;
  /** Seals, and keeps until the next flush. False when it cannot; then nothing has happened. */
  add(header: Buffer, payload: Buffer, to: Endpoint): boolean;
  /**
   * Seals a compound packet of RTCP (RFC 7714 section 9.1), of which the first 8 bytes stay in the clear, under the IV; `index`
   * is the word behind it. Sends nothing. Undefined when it is too long.
   */
  sealRtcp(packet: Buffer, index: number): Buffer | undefined;
  close(): void;
}

export interface Outbox {
  /** Its sockets, with which another thread can have an outbox of its own. */
  readonly bound: readonly Bound[];
  /** For a key of 16 bytes. */
  open(key: Uint8Array): OutboxKey;
  /** Keeps a datagram as it is, given in pieces, until the next flush. False when it cannot; then nothing has happened. */
  put(pieces: readonly Buffer[], to: Endpoint): boolean;
  /** Sends what was added. To be called before the thread waits for anything. */
  flush(): void;
  /**
   * As `flush`, unless more is coming that can go with it; a few hundred times at most, then it is sent. False when something
   * is still to be sent.
   */
  settle(): boolean;
  /** Before the sockets': afterwards their descriptors may be somebody else's. */
  close(): void;
}

/** What is done in another way, such as by dgram. */
export interface Fallback {
  /** Gets what the kernel did not take at once, as a copy. */
  leave(datagram: Buffer, to: Endpoint): void;
  /** False while something waits in a queue: overtaking it would be reordering. */
  isPassable(): boolean;
}

export interface Exit extends Bound, Fallback {}

/** So many are sent together, unless more is coming that can be sent with them: the first should not wait for the last. */
const together = 64;
/**
 * `settle` keeps what was added so often in a row because a datagram waits to be read, then sends it all the same: in a flood
 * of datagrams that bring nothing to send, one always waits.
 */
const mostWaits = 256;

/**
 * By one socket, or by one of each family. They may be another thread's. While `isMoreComing`, it pays to wait: what one
 * client gets of all that comes is sent as one message. Undefined where there is none; then `onSlower` is told why.
 */
export const outbox = (
  exits: readonly Exit[],
  isMoreComing: () => boolean = () => false,
  onSlower?: (reason: string) => void,
): Outbox | undefined =>
  byFfi((ffi) => {
    if (process.platform !== 'linux') return 'this is not Linux';
    const isKnown = exits.length > 0 && exits.every((exit) => isBound(ffi, exit));
    return isKnown ? open(ffi, exits, isMoreComing) : 'dgram does not keep its descriptors where it is known to';
  }, onSlower);

/** The way to a client, in one object: it is fetched from memory for each packet. */
interface Route extends Recipient {
  readonly list: MessageList;
  isPassable(): boolean;
}

function open(ffi: typeof Ffi, exits: readonly Exit[], isMoreComing: () => boolean): Outbox {
  const gcm = openssl(ffi);
  const { lists, follow } = ways(ffi, exits);
  const { memory, address, pointerTo } = slotMemory(ffi);
  const sealRtcp = rtcpSealer(gcm, { memory, address, pointerTo });
  const known = new WeakMap<Endpoint, Route>();
  let [count, waits, isClosed] = [0, 0, false];

  const flush = (): void => {
    for (const list of lists) list.flush();
    count = 0;
    waits = 0;
  };
  const keepUntilFlush = (from: number, length: number, route: Route): void => {
    route.list.add(address + from, length, route);
    count += 1;
    if (count === slots || (count % together === 0 && !isMoreComing())) flush();
  };
  const add = (context: bigint, header: Buffer, payload: Buffer, route: Route): boolean => {
    if (header.length > maxHeader || payload.length > maxPayload || isClosed || !route.isPassable()) return false;
    const payloadAt = count * slotSize + maxHeader;
    const headerAt = payloadAt - header.length;
    const tagAt = payloadAt + payload.length;
    memory.set(header, headerAt);
    memory.set(payload, payloadAt);
    const headerPointer = pointerTo(count, maxHeader - header.length);
    gcm.encrypt(context, headerPointer, header.length, pointerTo(count, maxHeader), payload.length, address + tagAt);
    keepUntilFlush(headerAt, tagAt + tagLength - headerAt, route);
    return true;
  };
  const put = (pieces: readonly Buffer[], to: Endpoint): boolean => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const route = follow(known.get(to), to);
    if (route === undefined || length > slotSize || isClosed || !route.isPassable()) return false;
    known.set(to, route);
    const from = count * slotSize;
    let end = from;
    for (const piece of pieces) end += piece.copy(memory, end);
    keepUntilFlush(from, length, route);
    return true;
  };
  return {
    bound: exits.map(({ descriptor, to }) => ({ descriptor, to })),
    put,
    open(key) {
      const context = gcm.open(key, 'encrypt');
      let [last, port, address]: [Route | undefined, number, string] = [undefined, 0, ''];
      return {
        iv: gcm.iv,
        sealRtcp: (packet, index) => (isClosed ? undefined : sealRtcp(context, packet, index)),
        add(header, payload, to) {
          if (to.port !== port || to.address !== address)
            [last, port, address] = [follow(last, to), to.port, to.address];
          return last !== undefined && add(context, header, payload, last);
        },
        close: () => gcm.close(context),
      };
    },
    flush() {
      if (count > 0) flush();
    },
    settle() {
      if (count === 0) return true;
      if (waits++ < mostWaits && isMoreComing()) return false;
      flush();
      return true;
    },
    close() {
      isClosed = true;
      count = 0;
      for (const list of lists) list.clear();
    },
  };
}

/** A list for each exit, and which one is for an endpoint. */
function ways(ffi: typeof Ffi, exits: readonly Exit[]) {
  const maxSegments = segmentsAtOnce(ffi);
  const all = exits.map((exit) => {
    const list = messageList(ffi, { ...exit, size: slots, maxSegments });
    return { list, isPassable: exit.isPassable, family: familyOf(exit.to) };
  });
  const route = (to: Endpoint): Route | undefined => {
    const way = all.find(({ family }) => family === (to.address.includes(':') ? 6 : 4)) ?? all[0];
    const name = way && socketName(to, way.family);
    return name && { ...recipient(name), list: way.list, isPassable: way.isPassable };
  };
  return {
    lists: all.map(({ list }) => list),
    /** The same again, unless the client has moved: whoever knows that by itself need not fetch the route from memory. */
    follow(last: Route | undefined, to: Endpoint): Route | undefined {
      return last?.name.port === to.port && last.name.address === to.address ? last : route(to);
    },
  };
}
