import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { FrontSocket, ToInside } from './messages.ts';

/** Sockets that the process outside opens and hands in. */
export interface SocketInbox {
  /** One that is opened unasked. */
  front(name: FrontSocket): Promise<Server>;
  /** Asks for a socket on the machine's address. Rejects, naming the port, if it is taken. */
  open(protocol: 'UDP' | 'TCP', port: number): Promise<Socket | Server>;
  /** Takes an answer from outside. */
  deliver(answer: Extract<ToInside, { kind: 'socket' | 'refused' }>, handle: Server | Socket | undefined): void;
}

export function socketInbox(ask: (id: string, protocol: 'UDP' | 'TCP', port: number) => void): SocketInbox {
  const slots = new Map<string, PromiseWithResolvers<Server | Socket>>();
  let asked = 0;

  /** Answers may come before somebody waits for them. */
  const slot = (id: string) => {
    const known = slots.get(id);
    if (known !== undefined) return known;
    const fresh = Promise.withResolvers<Server | Socket>();
    fresh.promise.catch(() => undefined);
    slots.set(id, fresh);
    return fresh;
  };

  return {
    front: async (name) => (await slot(name).promise) as Server,
    async open(protocol, port) {
      const id = `${protocol}-${port}-${++asked}`;
      ask(id, protocol, port);
      try {
        return await slot(id).promise;
      } finally {
        slots.delete(id);
      }
    },
    deliver(answer, handle) {
      if (answer.kind === 'refused') slot(answer.id).reject(new Error(answer.message));
      else if (handle === undefined) slot(answer.id).reject(new Error('the socket was lost on its way'));
      else slot(answer.id).resolve(handle);
    },
  };
}
