/** Asks the pod that has a session, over the pod network. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { internalPath } from '#crds/contract.ts';
import type { Clock } from '../room/rooms.ts';
import type { Headers } from './envelope.ts';
import type { Owner } from './session-ids.ts';

export interface Question {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Readable | undefined;
}

/**
 * `Gone`: nothing listens there, so that no session can be there either. `Left`: the client waits no longer. `isConnected`:
 * somebody is there, and took the connection.
 */
export type OwnersAnswer =
  | { readonly result: 'Answered'; readonly answer: IncomingMessage }
  | { readonly result: 'Unreachable' | 'TimedOut'; readonly isConnected: boolean }
  | { readonly result: 'Gone' | 'Left' };

/** Within a cluster, or it does not come at all. */
const connectMs = 2000;
/** A client may take 15 s for its body; an answer may wait for the keys of an identity provider. */
const answerMs = 20_000;
/** An event stream says something every 15 s. */
const silentMs = 60_000;

/** Never rejects. The answer's body is to be read to its end, or destroyed. */
export function askOwner(
  { address, port }: Owner,
  { method, headers, body }: Question,
  { clock, left }: { readonly clock: Pick<Clock, 'after'>; readonly left: AbortSignal },
): Promise<OwnersAnswer> {
  const { promise, resolve } = Promise.withResolvers<OwnersAnswer>();
  const asking = httpRequest({ host: address, port, method, path: internalPath.passedOn, headers, agent: false });
  let isConnected = false;
  let cancel = clock.after(connectMs, () => timeOut());
  const end = (answer: OwnersAnswer): void => {
    cancel();
    left.removeEventListener('abort', leave);
    resolve(answer);
  };
  const giveUp = (answer: OwnersAnswer): void => {
    end(answer);
    asking.destroy();
  };
  const timeOut = (): void => giveUp({ result: 'TimedOut', isConnected });
  const leave = (): void => giveUp({ result: 'Left' });
  onceConnected(asking, () => {
    isConnected = true;
    cancel();
    cancel = clock.after(answerMs, timeOut);
  });
  asking.once('response', (answer) => {
    asking.setTimeout(silentMs, () => asking.destroy());
    end({ result: 'Answered', answer });
  });
  // Also after the answer has begun, whose reader hears of it by itself.
  asking.on('error', ({ code }: NodeJS.ErrnoException) =>
    end(!isConnected && code === 'ECONNREFUSED' ? { result: 'Gone' } : { result: 'Unreachable', isConnected }),
  );
  left.addEventListener('abort', leave);
  if (left.aborted) leave();
  if (body === undefined) asking.end();
  else body.pipe(asking);
  return promise;
}

const onceConnected = (asking: ClientRequest, then: () => void) =>
  asking.once('socket', (socket) => socket.once('connect', then));
