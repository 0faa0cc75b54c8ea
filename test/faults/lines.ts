import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP connection through a door. */
export interface Line {
  /** From now on nothing comes through in either direction, and nobody is told: a half-open connection. */
  silence(): void;
  /** Both ends see it break. */
  cut(): void;
}

/** A network between a client and one port of this machine. */
export interface Lines {
  /** The client's end. */
  readonly port: number;
  /** The connection that the server sees come from this port. */
  from(port: number | undefined): Line | undefined;
  /** Connections that were turned away. */
  turnedAway(): number;
  /** Every connection breaks, and new ones are turned away. */
  shut(): void;
  /** Every connection is silent, and so is every new one. */
  silence(): void;
  /** As in the beginning. What was silent breaks. */
  open(): void;
  stop(): void;
}

/** Bytes are carried as they are, so that whoever listens on `toPort` can speak TLS, and fall silent as a host does. */
export async function lines(toPort: number): Promise<Lines> {
  const all = new Map<Line, number | undefined>();
  let state: 'Open' | 'Shut' | 'Silent' = 'Open';
  let turnedAway = 0;

  const cutAll = () => {
    for (const one of all.keys()) one.cut();
  };
  const server = createServer({ noDelay: true }, (near) => {
    if (state === 'Shut') {
      turnedAway++;
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: toPort, host: '127.0.0.1', noDelay: true });
    const one = lineOf(near, far);
    all.set(one, undefined);
    far.once('connect', () => all.set(one, far.localPort));
    near.once('close', () => all.delete(one));
    if (state === 'Silent') one.silence();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    from: (port) => all.entries().find(([, localPort]) => localPort === port)?.[0],
    turnedAway: () => turnedAway,
    shut() {
      state = 'Shut';
      cutAll();
    },
    silence() {
      state = 'Silent';
      for (const one of all.keys()) one.silence();
    },
    open() {
      if (state === 'Silent') cutAll();
      state = 'Open';
    },
    stop() {
      server.close();
      cutAll();
    },
  };
}

function lineOf(near: Socket, far: Socket): Line {
  // Whatever breaks one end breaks the other.
  near.on('error', () => far.destroy()).once('close', () => far.destroy());
  far.on('error', () => near.resetAndDestroy()).once('close', () => near.end());
  near.pipe(far).pipe(near);
  return {
    silence() {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    },
    cut() {
      near.resetAndDestroy();
      far.destroy();
    },
  };
}
