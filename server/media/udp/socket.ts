import dgram from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Send } from '../transport.ts';
import type { Endpoint } from './address.ts';
import { descriptorOf, handleOf } from './descriptor.ts';
import { noLookup } from './no-lookup.ts';
import type { Exit } from './outbox.ts';

/** Room for some 100 ms of a busy server while the thread does something else. The kernel may grant less. */
const bufferBytes = 4 * 1024 * 1024;
/** Datagrams that may wait in the process when the kernel's buffer is full. Late media is of no use to anybody. */
const maxQueued = 1024;

export interface MediaSocket {
  readonly local: Endpoint;
  readonly send: Send;
  /** Ways out for an outbox, by its descriptors: none where dgram does not show them. */
  readonly exits: readonly Exit[];
  onDatagram(listener: (datagram: Buffer, from: Endpoint) => void): void;
  /** Leaves what arrives to whoever else reads it, for good. */
  stopReading(): void;
  /** Whether something that was to be sent waits in the process. */
  isQueued(): boolean;
  close(): void;
}

/** Opens the one UDP socket of all clients. Rejects when the address or port cannot be bound. */
export async function openSocket(
  { address, port }: { readonly address: string; readonly port: number },
  onSendFailed: () => void,
): Promise<MediaSocket> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = dgram.createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    lookup: noLookup(family),
  });
  const listening = once(socket, 'listening');
  socket.bind(port, address);
  await listening;
  socket.setRecvBufferSize(bufferBytes);
  socket.setSendBufferSize(bufferBytes);
  // Unreachable clients come back as errors of the socket on some systems; a send that failed is counted where it was made.
  socket.on('error', onSendFailed);
  const countFailure = (error: Error | null): void => {
    if (error !== null) onSendFailed();
  };
  let wasQueued = false;
  const isQueued = (): boolean => {
    if (wasQueued) wasQueued = socket.getSendQueueCount() > 0;
    return wasQueued;
  };
  const send: Send = (pieces, to) => {
    if (wasQueued && socket.getSendQueueCount() >= maxQueued) {
      onSendFailed();
      return true;
    }
    socket.send(pieces, to.port, to.address, countFailure);
    wasQueued = socket.getSendQueueCount() > 0;
    return !wasQueued;
  };
  const descriptor = descriptorOf(socket);
  const bound = socket.address();
  const exit = descriptor !== undefined && {
    ...{ descriptor, to: bound },
    leave: (datagram: Buffer, to: Endpoint) => void send([datagram], to),
    isPassable: () => !isQueued(),
  };
  return {
    local: { address: bound.address, port: bound.port },
    send,
    exits: exit ? [exit] : [],
    onDatagram: (listener) => socket.on('message', listener),
    stopReading: () => handleOf(socket)?.recvStop(),
    isQueued,
    close: () => void socket.close(),
  };
}
