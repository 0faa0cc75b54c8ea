import { type DependencyNumbers, noDependency } from '../frame/dependency-numbers.ts';
import { maxElements, noElements, readDependency } from './passed.ts';

/** One packet on its way through, without its header's form: a slot that is used again. */
export interface MediaPacket {
  /** The publisher's sequence number, extended. */
  index: number;
  timestamp: number;
  payloadType: number;
  marker: boolean;
  hasPadding: boolean;
  payload: Buffer;
  /** Of one with redundancy, see red.ts: how many blocks it has, and where the last begins. 0 blocks: it has none. */
  blocks: number;
  primaryAt: number;
  /** Of the publisher's header, see passed.ts. */
  elements: Buffer;
  /** What is told in them of the frame. */
  readonly dependency: DependencyNumbers;
}

export const emptyPacket = (): MediaPacket => ({
  index: -1,
  timestamp: 0,
  payloadType: 0,
  marker: false,
  hasPadding: false,
  payload: Buffer.alloc(0),
  blocks: 0,
  primaryAt: 0,
  elements: noElements,
  dependency: noDependency(),
});

/** Packets that are kept: video's at 1000 a second for half a second, several round trips of a viewer far away. */
export const cachedPackets = { video: 512, audio: 256 } as const;
/** Of the original's number, in a retransmission. */
const numberLength = 2;
/** The largest payload that is kept, thus forwarded, its elements included: more than an Ethernet frame holds. */
export const maxPayload = 1500;

/**
 * The last packets of a source, for retransmission; and the gate of the fan-out, since one index gets in only once.
 * Otherwise a publisher that sends two different packets under one number (say, one of them as a retransmission) would
 * make us seal both under one SRTP index, which gives keys away.
 *
 * Payloads are copied into one block: a packet that is kept alive by reference would survive to the old generation. The
 * memory is shared: one thread writes, any may read, each through a cache of its own made of `shared`. A slot's version is
 * odd while it is written, and another afterwards, so that a reader knows whether what it copied is of one packet.
 */
export interface PacketCache {
  readonly shared: SharedArrayBuffer;
  /** Packets that there is room for. */
  readonly slots: number;
  readonly block: Buffer;
  readonly indices: Float64Array;
  readonly timestamps: Uint32Array;
  readonly versions: Int32Array;
  readonly lengths: Uint16Array;
  /** Of elements, which stand behind the payload. */
  readonly elementLengths: Uint16Array;
  /** Second byte of an RTP header: marker and payload type. */
  readonly kinds: Uint8Array;
  readonly paddings: Uint8Array;
  /** Where what is recalled is copied to, and the views of it by length, made when first used. */
  readonly copy: Buffer;
  readonly copies: (Buffer | undefined)[];
  /** As these, of payloads of retransmissions. */
  readonly repair: Buffer;
  readonly repairs: (Buffer | undefined)[];
  readonly elementCopy: Buffer;
  readonly elementCopies: (Buffer | undefined)[];
  /** The highest index that this thread has seen. */
  newest: number;
}

/** Where the parts of `shared` begin. */
function layout(slots: number) {
  const indices = 0;
  const timestamps = indices + slots * Float64Array.BYTES_PER_ELEMENT;
  const versions = timestamps + slots * Uint32Array.BYTES_PER_ELEMENT;
  const lengths = versions + slots * Int32Array.BYTES_PER_ELEMENT;
  const elementLengths = lengths + slots * Uint16Array.BYTES_PER_ELEMENT;
  const kinds = elementLengths + slots * Uint16Array.BYTES_PER_ELEMENT;
  const paddings = kinds + slots;
  const block = paddings + slots;
  return {
    indices,
    timestamps,
    versions,
    lengths,
    elementLengths,
    kinds,
    paddings,
    block,
    end: block + slots * maxPayload,
  };
}

/** An empty one for so many packets; or another thread's, to read. */
export function packetCache(of: number | SharedArrayBuffer): PacketCache {
  const others = typeof of === 'number' ? undefined : of;
  const slots = typeof of === 'number' ? of : of.byteLength / layout(1).end;
  const at = layout(slots);
  const shared = others ?? new SharedArrayBuffer(at.end);
  const indices = new Float64Array(shared, at.indices, slots);
  if (others === undefined) indices.fill(-1);
  return {
    shared,
    slots,
    indices,
    block: Buffer.from(shared, at.block, slots * maxPayload),
    timestamps: new Uint32Array(shared, at.timestamps, slots),
    versions: new Int32Array(shared, at.versions, slots),
    lengths: new Uint16Array(shared, at.lengths, slots),
    elementLengths: new Uint16Array(shared, at.elementLengths, slots),
    kinds: new Uint8Array(shared, at.kinds, slots),
    paddings: new Uint8Array(shared, at.paddings, slots),
    copy: Buffer.allocUnsafeSlow(maxPayload),
    copies: [],
    repair: Buffer.allocUnsafeSlow(numberLength + maxPayload),
    repairs: [],
    elementCopy: Buffer.allocUnsafeSlow(maxElements),
    elementCopies: [],
    newest: -1,
  };
}

/** Keeps the packet. False, and nothing changes, when its index was there before, lies too far back, or it is too long. */
export function keep(cache: PacketCache, packet: MediaPacket): boolean {
  const { index } = packet;
  const { slots } = cache;
  const slot = index % slots;
  const isTooOld = cache.newest - index >= slots;
  const { payload, elements } = packet;
  if (isTooOld || cache.indices[slot] === index || payload.length + elements.length > maxPayload) return false;
  Atomics.add(cache.versions, slot, 1);
  cache.indices[slot] = index;
  cache.timestamps[slot] = packet.timestamp;
  cache.lengths[slot] = payload.length;
  cache.elementLengths[slot] = elements.length;
  cache.kinds[slot] = packet.payloadType | (packet.marker ? 0x80 : 0);
  cache.paddings[slot] = packet.hasPadding ? 1 : 0;
  payload.copy(cache.block, slot * maxPayload);
  if (elements.length > 0) elements.copy(cache.block, slot * maxPayload + payload.length);
  Atomics.add(cache.versions, slot, 1);
  if (index > cache.newest) cache.newest = index;
  return true;
}

/** The slot of a packet that is still there, as far as can be seen without copying it; -1 when it is not. */
export function slotOf({ slots, indices }: PacketCache, index: number): number {
  const slot = index % slots;
  return index >= 0 && indices[slot] === index ? slot : -1;
}

/** Fills the slot with a packet that is still there; its payload is good until the next is recalled. */
export function recall(cache: PacketCache, index: number, into: MediaPacket): boolean {
  const slot = index % cache.slots;
  if (index < 0) return false;
  const version = Atomics.load(cache.versions, slot);
  if (version % 2 !== 0 || cache.indices[slot] !== index) return false;
  const kind = cache.kinds[slot] ?? 0;
  const length = cache.lengths[slot] ?? 0;
  const elementLength = cache.elementLengths[slot] ?? 0;
  into.index = index;
  into.timestamp = cache.timestamps[slot] ?? 0;
  into.payloadType = kind & 0x7f;
  into.marker = kind >= 0x80;
  into.hasPadding = cache.paddings[slot] === 1;
  const { block, copy, copies, elementCopy, elementCopies } = cache;
  const at = slot * maxPayload;
  into.payload = copied(block, at, length, copy, copies);
  into.elements =
    elementLength === 0 ? noElements : copied(block, at + length, elementLength, elementCopy, elementCopies);
  readDependency(into.elements, into.dependency);
  // Not a load: only what also writes keeps the processor from reading the slot after it.
  return Atomics.add(cache.versions, slot, 0) === version;
}

/** `Buffer.copy`, here and above: `set` on shared memory goes word by word, and takes three times as long. */
function copied(block: Buffer, at: number, length: number, copy: Buffer, copies: (Buffer | undefined)[]): Buffer {
  block.copy(copy, 0, at, at + length);
  const known = copies[length] ?? copy.subarray(0, length);
  copies[length] = known;
  return known;
}

/** The payload of a packet's retransmission (RFC 4588 section 4); good until the next. Allocates nothing. */
export function retransmission({ repair, repairs }: PacketCache, sequence: number, payload: Buffer): Buffer {
  const length = numberLength + payload.length;
  const known = repairs[length] ?? repair.subarray(0, length);
  repairs[length] = known;
  repair.writeUInt16BE(sequence, 0);
  payload.copy(repair, numberLength);
  return known;
}
