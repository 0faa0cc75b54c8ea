/** One packet on its way through, without its header's form: a slot that is used again. */
export interface MediaPacket {
  /** The publisher's sequence number, extended. */
  index: number;
  timestamp: number;
  payloadType: number;
  marker: boolean;
  hasPadding: boolean;
  payload: Buffer;
}

export const emptyPacket = (): MediaPacket => ({
  index: -1,
  timestamp: 0,
  payloadType: 0,
  marker: false,
  hasPadding: false,
  payload: Buffer.alloc(0),
});

/** At 1000 packets a second half a second: several round trips of a viewer far away. */
const slots = 512;
/** The largest payload that is kept, thus forwarded: more than an Ethernet frame holds. */
export const maxPayload = 1500;

/**
 * The last packets of a source, for retransmission; and the gate of the fan-out, since one index gets in only once.
 * Otherwise a publisher that sends two different packets under one number (say, one of them as a retransmission) would
 * make us seal both under one SRTP index, which gives keys away.
 *
 * Payloads are copied into one block: a packet that is kept alive by reference would survive to the old generation.
 */
export interface PacketCache {
  readonly block: Buffer;
  readonly indices: Float64Array;
  readonly timestamps: Uint32Array;
  readonly lengths: Uint16Array;
  /** Second byte of an RTP header: marker and payload type. */
  readonly kinds: Uint8Array;
  readonly paddings: Uint8Array;
  newest: number;
}

export const packetCache = (): PacketCache => ({
  block: Buffer.allocUnsafeSlow(slots * maxPayload),
  indices: new Float64Array(slots).fill(-1),
  timestamps: new Uint32Array(slots),
  lengths: new Uint16Array(slots),
  kinds: new Uint8Array(slots),
  paddings: new Uint8Array(slots),
  newest: -1,
});

/** Keeps the packet. False, and nothing changes, when its index was there before, lies too far back, or it is too long. */
export function keep(cache: PacketCache, packet: MediaPacket): boolean {
  const { index } = packet;
  const slot = index % slots;
  const isTooOld = cache.newest - index >= slots;
  if (isTooOld || cache.indices[slot] === index || packet.payload.length > maxPayload) return false;
  cache.indices[slot] = index;
  cache.timestamps[slot] = packet.timestamp;
  cache.lengths[slot] = packet.payload.length;
  cache.kinds[slot] = packet.payloadType | (packet.marker ? 0x80 : 0);
  cache.paddings[slot] = packet.hasPadding ? 1 : 0;
  cache.block.set(packet.payload, slot * maxPayload);
  if (index > cache.newest) cache.newest = index;
  return true;
}

/** Fills the slot with a packet that is still there; its payload is a view, good until the cache has come round. */
export function recall(cache: PacketCache, index: number, into: MediaPacket): boolean {
  const slot = index % slots;
  if (index < 0 || cache.indices[slot] !== index) return false;
  const kind = cache.kinds[slot] ?? 0;
  into.index = index;
  into.timestamp = cache.timestamps[slot] ?? 0;
  into.payloadType = kind & 0x7f;
  into.marker = kind >= 0x80;
  into.hasPadding = cache.paddings[slot] === 1;
  into.payload = cache.block.subarray(slot * maxPayload, slot * maxPayload + (cache.lengths[slot] ?? 0));
  return true;
}
