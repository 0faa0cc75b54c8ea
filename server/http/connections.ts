/**
 * How many connections there may be at a time. Each takes memory, some 11 kB, whether anything is asked on it or not.
 *
 *   few: all that wait are kept ─► ¾ of the limit: for each that comes, the one that waits longest is closed
 *                               ─► the limit: one that comes is closed, and counted
 *
 * One on which an answer is under way is left alone, such as the event stream of a viewer; so is one that has asked nothing
 * yet, for which Node's time-outs are.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpMeter } from '../meter.ts';

export interface ConnectionsOptions {
  readonly most: number;
  readonly meter: Pick<HttpMeter, 'connectionRefused'>;
}

/** Of the limit. What is closed leaves some moments later. */
const crowdedRatio = 0.75;

export function limitConnections(server: Server, { most, meter }: ConnectionsOptions): void {
  const answers = new WeakMap<Socket, ServerResponse>();
  /** All have been answered; who waits longest is first. */
  const waiting = new Set<Socket>();
  let open = 0;
  const makeRoom = () => {
    if (open < crowdedRatio * most) return;
    const [longest] = waiting;
    if (longest !== undefined) waiting.delete(longest);
    longest?.destroy();
  };
  server.maxConnections = most;
  server.on('connection', (socket) => {
    open++;
    socket.once('close', () => {
      open--;
      waiting.delete(socket);
    });
    makeRoom();
  });
  server.on('request', ({ socket }, answer) => {
    waiting.delete(socket);
    answers.set(socket, answer);
    answer.once('close', () => {
      // A client may ask for more before it is answered.
      if (answers.get(socket) === answer && !socket.destroyed) waiting.add(socket);
    });
  });
  server.on('drop', () => {
    meter.connectionRefused();
    makeRoom();
  });
}
