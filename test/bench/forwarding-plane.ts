import { once } from 'node:events';
import { youngGeneration } from '#operator/build/origin-pod.ts';
import { type ChildOptions, startChild, type ThreadTime } from './forwarding-child.ts';
import type { PlaneQuestion } from './forwarding-clients.ts';
import { type Contender, type Load, sockets } from './forwarding-load.ts';
import { numbers, packets } from './forwarding-packets.ts';
import { clientsOf, mirrored, type Repairs, sendCheck, upSsrc, type Viewer, viewer } from './plane-clients.ts';

/** Who comes, and with what. */
type Clients = Pick<Load, 'subscribers' | 'payloadBytes'>;

/** A viewer that says nothing for six seconds, and does not answer then, is sent nothing. */
const stayAliveEveryMs = 1000;

/** A contender whose clients are silent, but say from time to time that they are there. */
export interface PlaneContender extends Contender {
  readonly viewers: readonly Viewer[];
  threads(): Promise<readonly ThreadTime[]>;
  /** What else its process answers. */
  ask<T>(question: unknown): Promise<T>;
}

/** Our media plane over AEAD_AES_128_GCM, in a process with the options of a pod's. */
export const plane = (clients: Clients) => start(thread, clients);

/** On these processors alone. */
export const planeOn = (processors: readonly number[], clients: Clients) => start(thread, clients, {}, { processors });

/** The packet path alone: of the process's threads, the one of the media. */
export const path = (clients: Clients) => start(thread, clients, { cpuOf: 'media thread' });

/** With an internal port, whose URL the question `address` is answered by. */
export const observed = (clients: Clients) => start(pod, clients);

/** Its core alone, counting, and counting nothing. */
export const counting = (clients: Clients) => start(core, clients);
export const silent = (clients: Clients) => start(core, clients, { isCounting: false });

/**
 * Its core, whose clients may ask for packets again, and are sent them as streams of their own, and tell when packets came;
 * or may not.
 */
export const repairing = (clients: Clients) => start(core, clients, { repairs: 'Rtx' });
export const plain = (clients: Clients) => start(core, clients, { repairs: 'None', isCounting: false });

const thread = new URL('./forwarding-plane-child.ts', import.meta.url);
const pod = new URL('./forwarding-pod-child.ts', import.meta.url);
const core = new URL('./forwarding-core-child.ts', import.meta.url);

interface Variant extends Partial<Omit<PlaneQuestion, 'clients'>> {
  /** By the same packets unless said. */
  readonly repairs?: Repairs;
}

async function start(
  script: URL,
  { subscribers, payloadBytes }: Clients,
  { repairs = 'Same', ...variant }: Variant = {},
  options: ChildOptions = {},
): Promise<PlaneContender> {
  const child = await startChild(script, { nodeOptions: [youngGeneration], ...options });
  const { up, downs } = clientsOf(subscribers, repairs);
  const clients = [up, ...downs];
  const port = await child.ask<number>({
    ...{ isCounting: true, cpuOf: 'process', ...variant },
    clients,
  } satisfies PlaneQuestion);
  const all = await sockets(clients.length);
  const [upSocket, ...downSockets] = all;
  const check = (socket: Viewer['socket'], i: number) => sendCheck(clients[i] ?? up, socket, port);
  for (const [i, socket] of all.entries()) {
    check(socket, i);
    await once(socket, 'message');
  }

  // One after the other: clients know nothing of each other.
  let turn = 0;
  const stayAlive = (): void => {
    const i = turn++ % all.length;
    const socket = all[i];
    if (socket) check(socket, i);
  };
  const staying = setInterval(stayAlive, stayAliveEveryMs / all.length);
  const packet = packets(mirrored(up.keys), upSsrc, payloadBytes, up.publishes?.extensions.transportWide);
  return {
    downSockets,
    viewers: downSockets.map((socket, i) => viewer(downs[i] ?? up, socket, port)),
    publish(number) {
      const datagram = packet(number);
      const handedOverMs = performance.now();
      upSocket?.send(datagram, port, '127.0.0.1');
      return handedOverMs;
    },
    onDelivered(listener) {
      for (const [i, { keys }] of downs.entries()) {
        const numberOf = numbers(mirrored(keys));
        downSockets[i]?.on('message', (datagram) => {
          const number = numberOf(datagram);
          if (number !== undefined) listener(number);
        });
      }
    },
    ask: child.ask,
    usage: child.usage,
    threads: child.threads,
    async stop() {
      clearInterval(staying);
      await child.stop();
      for (const socket of all) socket.close();
    },
  };
}
