import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A function that tells what is being answered on a connection, or was last; undefined before anything was asked on it. */
export function answersOf(server: Server): (socket: Socket) => ServerResponse | undefined {
  const answers = new WeakMap<Socket, ServerResponse>();
  // Before the answer is made.
  server.prependListener('request', ({ socket }, answer) => answers.set(socket, answer));
  return (socket) => answers.get(socket);
}
