import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers of a server that are so many at most on one connection: who asks for more before it has taken these is told of to
 * `onTooMany`, and closed. Browsers and proxies ask for one thing at a time. What a client asks for and does not take is kept, with
 * all that answers it, and Node reads on to the end of what has come: thousands of requests of a few bytes each.
 *
 * They are counted where Node makes them, as it makes some without a `request` event: of a request without `Host`, of one that
 * expects something, and of those above `maxRequestsPerSocket`.
 */
export function boundedAnswers(most: number, onTooMany: () => void): typeof ServerResponse {
  const unanswered = new WeakMap<Socket, number>();
  const count = (socket: Socket, change: 1 | -1): number => {
    const now = (unanswered.get(socket) ?? 0) + change;
    unanswered.set(socket, now);
    return now;
  };
  return class<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    constructor(...of: ConstructorParameters<typeof ServerResponse<Request>>) {
      super(...of);
      const [{ socket }] = of;
      // The others that have come with it are made still, and go with it.
      if (count(socket, 1) === most + 1) {
        onTooMany();
        process.nextTick(() => socket.destroy());
      }
      this.once('close', () => count(socket, -1));
    }
  };
}
