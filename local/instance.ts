import { createHash } from 'node:crypto';
import { createConnection, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';

/** The right to be the one `npm start` of a checkout. */
export type Claim =
  | {
      readonly kind: 'ours';
      /** What others are told from now on, found out when they ask. */
      tell(summary: Summary): void;
      release(): void;
    }
  | { readonly kind: 'taken' /** What the other one tells. */; readonly summary: string };

type Summary = () => Promise<string>;

/**
 * Claims a checkout for this process. Those who come later are told the summary. It is an abstract Unix socket, which
 * the kernel takes away with the process.
 */
export async function claim(root: string): Promise<Claim> {
  const address = `\0liveroom-start-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`;
  for (;;) {
    let summary: Summary = async () => '';
    const server = createServer((socket) => {
      // Somebody who asks and is gone before the answer is none of our troubles.
      socket.on('error', () => socket.destroy());
      void summary()
        .catch((error: Error) => `${error.message}\n`)
        .then((told) => socket.end(told));
    });
    if (await isListening(server, address)) {
      server.unref();
      return { kind: 'ours', tell: (told) => (summary = told), release: () => server.close() };
    }
    const told = await text(createConnection(address)).catch(() => undefined);
    // It may have ended just now: then the claim is ours.
    if (told !== undefined) return { kind: 'taken', summary: told };
  }
}

/** Throws anything but that the address is taken. */
function isListening(server: Server, address: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
  );
  server.listen(address, () => resolve(true));
  return promise;
}
