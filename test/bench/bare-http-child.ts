/** An HTTP server that answers every request with so many bytes, and knows nothing. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './forwarding-child.ts';

async function serve(bytes: number): Promise<string> {
  const body = Buffer.alloc(bytes, 'a');
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

answer(serve, () => 0);
