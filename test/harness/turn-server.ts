import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface TurnServer {
  /** Of UDP and TCP. */
  readonly port: number;
  readonly end: () => Promise<void>;
}

export interface TurnServerOptions {
  readonly program: string;
  /** Where it listens, and what it relays from. */
  readonly address: string;
  /** Who has credentials made with it may come. */
  readonly secret: string;
}

/** coturn at a port that nobody has, away from the files of one that the system runs. Resolves when it listens. */
export async function turnServer({ program, address, secret }: TurnServerOptions): Promise<TurnServer> {
  const port = await freePort(address);
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-turn-'));
  const files = ['-n', '--pidfile', join(dir, 'pid'), '--userdb', join(dir, 'users'), '--log-file', 'stdout'];
  const place = ['--listening-ip', address, '--relay-ip', address, '--listening-port', `${port}`];
  const auth = ['--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=test'];
  const child = spawn(program, [...files, ...place, ...auth, '--no-tls', '--no-dtls', '--no-cli'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await eventually('coturn listens', () => isListening(address, port));
  } catch (error) {
    await end();
    throw error;
  }
  return { port, end };
}

async function isListening(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
