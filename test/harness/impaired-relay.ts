/**
 * A bad network between clients and a server, in user space: every client has a way of its own, with its own seeds, so that
 * what it loses does not hang on who else is there.
 *
 *   client 0 ──┐          ┌─ up ─► ─┐
 *              ├── local ─┤         ├── a socket for each client ── server
 *   client 1 ──┘          └ ◄─ down ┘
 *
 * The server must announce the relay's address in place of its own, so the relay comes first: `local` goes to the server as
 * `--announce` (`announce.endpoints` of its configuration), and where the server is then bound goes to `aim`. A single
 * client gets there with an answer whose candidate was exchanged (`through` of a page's `join`), while others go straight.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '#server/media/udp/address.ts';
import { type Fate, type Impairment, type Link, link } from './impairment.ts';
import { timetable } from './timetable.ts';

const directions = ['up', 'down'] as const;
/** `up` is towards the server. */
export type Direction = (typeof directions)[number];
export type Conditions = Readonly<Partial<Record<Direction, Impairment>>>;

/** Datagrams so far, of all clients together. Those that were carried may still be on their way. */
export type Counts = Record<'carried' | 'copied' | NonNullable<Fate['lost']>, number>;

export interface ImpairedRelay {
  /** Where clients send to. */
  readonly local: Endpoint;
  /** Where the server is bound; until this is told, nothing of clients gets through. */
  aim(server: Endpoint): void;
  /** For all clients, from now on. */
  impair(conditions: Conditions): void;
  /** Live. */
  readonly counts: Readonly<Record<Direction, Readonly<Counts>>>;
  /** What is still on its way is lost. */
  close(): void;
}

export interface RelayOptions {
  readonly seed: number;
  readonly conditions?: Conditions;
}

/** The seed of a client's way, by its number in the order in which clients were first heard of. */
export const seedOf = (seed: number, client: number, direction: Direction): number =>
  seed + 2 * client + directions.indexOf(direction);

interface Client {
  readonly socket: Socket;
  readonly links: Readonly<Record<Direction, Link>>;
}

const address = '127.0.0.1';

/** Over IPv4 on loopback. Allocates for each datagram: it is no part of what is measured. */
export async function impairedRelay({ seed, conditions = {} }: RelayOptions): Promise<ImpairedRelay> {
  const counts = { up: noCounts(), down: noCounts() };
  const clients = new Map<string, Client>();
  const later = timetable();
  const outside = bound();
  await once(outside, 'listening');
  let now = conditions;
  let server: Endpoint | undefined;

  const carry = (direction: Direction, by: Link, bytes: number, deliver: () => void): void => {
    const { lost, arrivesMs, againMs } = by.pass(bytes, performance.now());
    const count = counts[direction];
    count[lost ?? 'carried'] += 1;
    if (lost !== undefined) return;
    later.at(arrivesMs, deliver);
    if (Number.isNaN(againMs)) return;
    count.copied += 1;
    later.at(againMs, deliver);
  };
  const newClient = (to: Endpoint): Client => {
    const way = (direction: Direction) => link(now[direction] ?? {}, seedOf(seed, clients.size, direction));
    const client: Client = { socket: bound(), links: { up: way('up'), down: way('down') } };
    client.socket.on('message', (datagram) =>
      carry('down', client.links.down, datagram.length, () => outside.send(datagram, to.port, to.address)),
    );
    return client;
  };
  outside.on('message', (datagram, from) => {
    if (server === undefined) return;
    const { address: host, port } = server;
    const name = `${from.address}:${from.port}`;
    const client = clients.get(name) ?? newClient(from);
    clients.set(name, client);
    carry('up', client.links.up, datagram.length, () => client.socket.send(datagram, port, host));
  });
  return {
    local: { address, port: outside.address().port },
    aim(to) {
      server = to;
    },
    impair(next) {
      now = next;
      for (const { links } of clients.values())
        for (const direction of directions) links[direction].impair(now[direction] ?? {});
    },
    counts,
    close() {
      later.stop();
      outside.close();
      for (const { socket } of clients.values()) socket.close();
    },
  };
}

const noCounts = (): Counts => ({ carried: 0, copied: 0, Loss: 0, QueueFull: 0 });

/** Bursts of a room's media, as far as the kernel allows it: what is lost here was not to be. */
const bufferBytes = 4 * 1024 * 1024;

function bound(): Socket {
  const socket = createSocket({ type: 'udp4', recvBufferSize: bufferBytes, sendBufferSize: bufferBytes });
  // Whoever is sent to may have gone, which comes back as an error.
  socket.on('error', () => {});
  return socket.bind(0, address);
}
