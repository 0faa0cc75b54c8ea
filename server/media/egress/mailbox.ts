/** SRTCP that came for another thread's viewers, as it came: that thread has the keys. */
import { recordsAt, ring } from './ring.ts';

/** A slot that is used again. `viewer` is a number that both threads know it by. */
export interface Letter {
  viewer: number;
  /** Good until the next letter is read. */
  datagram: Buffer;
}

export interface Mailbox {
  readonly shared: SharedArrayBuffer;
  /** False when there is no room, or the datagram is longer than any Ethernet frame. */
  post(viewer: number, datagram: Buffer): boolean;
  /** False when there is none. Allocates a view. */
  read(into: Letter): boolean;
}

/** Reports of a thousand viewers come to as many a second. */
const size = 512;
const maxDatagram = 1500;
const headerBytes = 8;
const recordBytes = headerBytes + maxDatagram + 4;

export const noLetter = (): Letter => ({ viewer: 0, datagram: Buffer.alloc(0) });

/** An empty one, to post to; or another thread's, to read. */
export function mailbox(others?: SharedArrayBuffer): Mailbox {
  const letters = ring(size, recordBytes, others);
  const bytes = Buffer.from(letters.shared, recordsAt);
  const words = new Int32Array(letters.shared, recordsAt);
  const wordOf = (slot: number): number => (slot * recordBytes) / Int32Array.BYTES_PER_ELEMENT;
  const copy = Buffer.allocUnsafeSlow(maxDatagram);
  return {
    shared: letters.shared,
    post(viewer, datagram) {
      const slot = letters.free();
      if (slot < 0 || datagram.length > maxDatagram) return false;
      words[wordOf(slot)] = viewer;
      words[wordOf(slot) + 1] = datagram.length;
      datagram.copy(bytes, slot * recordBytes + headerBytes);
      letters.push();
      return true;
    },
    read(into) {
      const slot = letters.first();
      if (slot < 0) return false;
      into.viewer = words[wordOf(slot)] ?? 0;
      const length = words[wordOf(slot) + 1] ?? 0;
      const start = slot * recordBytes + headerBytes;
      bytes.copy(copy, 0, start, start + length);
      letters.shift();
      into.datagram = copy.subarray(0, length);
      return true;
    },
  };
}
