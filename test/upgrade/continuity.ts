/** Of the RTP packets of one sender, by the numbers that they carry in the clear. */
interface Stream {
  readonly first: number;
  /** Counted on where 16 bits begin anew. */
  highest: number;
  packets: number;
}

export interface Continuity {
  /** Takes an RTP packet as it came, protected or not. */
  take(packet: Uint8Array): void;
  packets(): number;
  /** Numbers between the first and the highest of each stream that never came. */
  lost(): number;
}

/** Whether all packets have come that were sent to a receiver, which asks for none again. */
export function continuity(): Continuity {
  const streams = new Map<number, Stream>();
  const sum = (of: (stream: Stream) => number) => streams.values().reduce((total, stream) => total + of(stream), 0);
  return {
    take(packet) {
      const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
      const [sequence, ssrc] = [view.getUint16(2), view.getUint32(8)];
      const stream = streams.get(ssrc);
      if (stream === undefined) return void streams.set(ssrc, { first: sequence, highest: sequence, packets: 1 });
      // The nearer way around: half of all numbers are ahead, half have been.
      const ahead = ((sequence - stream.highest + 0x8000) & 0xffff) - 0x8000;
      if (ahead > 0) stream.highest += ahead;
      stream.packets += 1;
    },
    packets: () => sum(({ packets }) => packets),
    lost: () => sum(({ first, highest, packets }) => highest - first + 1 - packets),
  };
}
