import { createHash } from 'node:crypto';
import { createConnection, createServer, type Server } from 'node:net';

/**
 * Does `work` while no other process of this machine does work of the same name; calls `onWait` once if it has to
 * wait. The lock is an abstract Unix socket: the kernel releases it with the process, however that ends, and those who
 * wait notice, since their connection to it closes.
 */
export async function withLock<T>(
  name: string,
  { onWait, signal }: { onWait: () => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const address = `\0liveroom-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  for (let hasWaited = false; ; hasWaited = true) {
    signal?.throwIfAborted();
    const lock = await listen(address);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        await close(lock);
      }
    }
    if (!hasWaited) onWait();
    signal?.throwIfAborted();
    await released(address, signal);
  }
}

interface Lock {
  readonly server: Server;
  readonly waiting: Set<{ destroy(): void }>;
}

/** The lock, or undefined if another process has it. */
async function listen(address: string): Promise<Lock | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const waiting: Lock['waiting'] = new Set();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket));
  });
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
  );
  server.listen(address, () => resolve(true));
  return (await promise) ? { server, waiting } : undefined;
}

function close({ server, waiting }: Lock): Promise<void> {
  for (const socket of waiting) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Resolves when the holder's end closes, or at once if there is none any more. */
async function released(address: string, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = createConnection(address);
  const abort = () => socket.destroy();
  signal?.addEventListener('abort', abort);
  socket.on('error', () => socket.destroy()).on('close', () => resolve());
  await promise;
  signal?.removeEventListener('abort', abort);
}
