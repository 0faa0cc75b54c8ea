/**
 * How many connections there may be at a time. Each takes memory, some 11 kB, whether anything is asked on it or not.
 *
 *   few: all are kept ─► ¾ of the limit: each answer says that it is the last, so that a proxy sends nothing more on it
 *                    ─► ⅞ of the limit: for each that comes, the one that waits longest is closed
 *                    ─► the limit: one that comes is closed, and counted
 *
 * One on which an answer is under way is left alone, such as the event stream of a viewer. One that has asked nothing yet
 * is closed only where none waits between requests, and where there are more of its kind than places left: so who has
 * just come has the time in which those are taken.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpMeter } from '../meter.ts';
import { answersOf } from './answers.ts';

export interface ConnectionsOptions {
  readonly most: number;
  readonly meter: Pick<HttpMeter, 'connectionRefused'>;
}

/** Of the limit. */
const lastAnswerRatio = 0.75;
/** What is closed leaves some moments later. */
const crowdedRatio = 0.875;

export function limitConnections(server: Server, { most, meter }: ConnectionsOptions): void {
  const answerOn = answersOf(server);
  /** All have been answered; who waits longest is first. */
  const waiting = new Set<Socket>();
  /** Have asked nothing yet, or not to the end of the head; who came first is first. */
  const silent = new Set<Socket>();
  let open = 0;
  const forget = (socket: Socket) => {
    waiting.delete(socket);
    silent.delete(socket);
  };
  const makeRoom = () => {
    if (open < crowdedRatio * most) return;
    const [longest] = waiting.size === 0 && silent.size > most - open ? silent : waiting;
    if (longest === undefined) return;
    forget(longest);
    longest.destroy();
  };
  server.maxConnections = most;
  server.on('connection', (socket) => {
    open++;
    socket.once('close', () => {
      open--;
      forget(socket);
    });
    makeRoom();
    silent.add(socket);
  });
  // Before the answer is made.
  server.prependListener('request', ({ socket }, answer) => {
    forget(socket);
    if (open >= lastAnswerRatio * most) answer.shouldKeepAlive = false;
    answer.once('close', () => {
      // A client may ask for more before it is answered.
      if (answerOn(socket) === answer && !socket.destroyed) waiting.add(socket);
    });
  });
  server.on('drop', () => {
    meter.connectionRefused();
    makeRoom();
  });
}
