/**
 * Where one thread puts records of a fixed size, and one other takes them, in shared memory. Neither waits: into a full
 * ring nothing goes. Nothing is allocated.
 */
export interface Ring {
  readonly shared: SharedArrayBuffer;
  /** The slot to write to; -1 when all are taken. What was written is given away by `push`. */
  free(): number;
  push(): void;
  /** The oldest slot that was given away; -1 when there is none. It stays until `shift`. */
  first(): number;
  shift(): void;
}

const headerBytes = 8;

/** How much has been put and taken since the beginning. Sizes are powers of two, so that laps of 32 bits do no harm. */
const at = { put: 0, taken: 1 } as const;

/** Where records begin in the shared memory. */
export const recordsAt = headerBytes;

/** An empty one; or the other end of one. `size` is a power of two. */
export function ring(size: number, recordBytes: number, others?: SharedArrayBuffer): Ring {
  const shared = others ?? new SharedArrayBuffer(headerBytes + size * recordBytes);
  const counts = new Int32Array(shared, 0, 2);
  const load = (count: number): number => Atomics.load(counts, count);
  return {
    shared,
    free: () => (((load(at.put) - load(at.taken)) | 0) >= size ? -1 : load(at.put) & (size - 1)),
    push: () => void Atomics.add(counts, at.put, 1),
    first: () => (load(at.put) === load(at.taken) ? -1 : load(at.taken) & (size - 1)),
    shift: () => void Atomics.add(counts, at.taken, 1),
  };
}
