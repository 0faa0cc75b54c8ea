import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

/**
 * A connection that outlives a failed write, so that what the peer said before it closed can still be read: Node
 * destroys a socket at the first write that fails, with whatever the kernel has received. If nothing was said, reading
 * ends or fails instead.
 */
class PodSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Written): void {
    super._write(chunk, encoding, unlessClosed(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Written): void {
    super._writev?.(chunks, unlessClosed(done));
  }
}

const closed = new Set(['EPIPE', 'ECONNRESET']);

const unlessClosed =
  (done: Written): Written =>
  (error) =>
    done(closed.has((error as NodeJS.ErrnoException | undefined)?.code ?? '') ? null : error);

/** Connects to a pod. */
export const connectToPod = (host: string, port: number): Socket => new PodSocket().connect(port, host);
