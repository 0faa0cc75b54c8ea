/** The packets that one thread has let in and another is to send on: not themselves, but where to find them. */
import { recordsAt, ring } from './ring.ts';

/** A slot that is used again. `source` is a number that both threads know it by; `index` is that of the packet. */
export interface JournalEntry {
  source: number;
  index: number;
  startsKeyFrame: boolean;
  /** When the packet came. */
  atMs: number;
}

export interface Journal {
  readonly shared: SharedArrayBuffer;
  /** False when the reader is too far behind: the packet is lost to it. */
  write(source: number, index: number, startsKeyFrame: boolean, atMs: number): boolean;
  /** Whether there is something to read. */
  waits(): boolean;
  /** False when there is none. */
  read(into: JournalEntry): boolean;
}

/** Two seconds of a busy room; a cache holds less. */
const size = 2048;
const fields = 4;

export const emptyEntry = (): JournalEntry => ({ source: 0, index: 0, startsKeyFrame: false, atMs: 0 });

/** An empty one, to write; or another thread's, to read. */
export function journal(others?: SharedArrayBuffer): Journal {
  const entries = ring(size, fields * Float64Array.BYTES_PER_ELEMENT, others);
  const values = new Float64Array(entries.shared, recordsAt);
  return {
    shared: entries.shared,
    write(source, index, startsKeyFrame, atMs) {
      const slot = entries.free();
      if (slot < 0) return false;
      const start = slot * fields;
      values[start] = source;
      values[start + 1] = index;
      values[start + 2] = startsKeyFrame ? 1 : 0;
      values[start + 3] = atMs;
      entries.push();
      return true;
    },
    waits: () => entries.first() >= 0,
    read(into) {
      const slot = entries.first();
      if (slot < 0) return false;
      const start = slot * fields;
      into.source = values[start] ?? 0;
      into.index = values[start + 1] ?? 0;
      into.startsKeyFrame = values[start + 2] === 1;
      into.atMs = values[start + 3] ?? 0;
      entries.shift();
      return true;
    },
  };
}
