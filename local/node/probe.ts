import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { CommandLine } from './command-line.ts';
import type { Container, Probe } from './objects.ts';

/** What a probe, or a preStop hook, is run against. */
export interface ProbeTarget {
  readonly podIP: string;
  readonly ports: Container['ports'];
  readonly env: Readonly<Record<string, string>>;
  /** A command of the container as it is run on this machine. */
  readonly command: (words: readonly string[]) => CommandLine;
}

export interface ProbeResult {
  readonly succeeded: boolean;
  /** Why it failed. */
  readonly message: string;
}

export type Handler = Pick<Probe, 'httpGet' | 'tcpSocket' | 'exec'>;

const success: ProbeResult = { succeeded: true, message: '' };
const failure = (message: string): ProbeResult => ({ succeeded: false, message });

/** Runs a handler once. Never rejects: whatever goes wrong is a failure with its message. */
export async function runProbe(handler: Handler, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    if (handler.httpGet !== undefined) return await httpGet(handler.httpGet, target, signal);
    if (handler.tcpSocket !== undefined) return await tcpSocket(handler.tcpSocket, target, signal);
    if (handler.exec !== undefined) return await exec(handler.exec.command ?? [], target, signal);
    return failure('no handler');
  } catch (error) {
    return failure(signal.aborted ? `no answer within ${timeoutMs / 1000} s` : (error as Error).message);
  }
}

/** The number of a port that is given by its number or by its name among the container's ports. */
export function portNumber(port: number | string, ports: Container['ports']): number {
  const number = typeof port === 'number' ? port : ports?.find(({ name }) => name === port)?.containerPort;
  if (number === undefined) throw new Error(`no container port is named ${port}`);
  return number;
}

/** Answers 200 to 399 are good, as for the kubelet. Certificates are not verified, which the kubelet does not either. */
async function httpGet(get: NonNullable<Probe['httpGet']>, target: ProbeTarget, signal: AbortSignal) {
  const request = get.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const headers = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const outgoing = request({
    host: get.host ?? target.podIP,
    port: portNumber(get.port, target.ports),
    path: get.path ?? '/',
    headers: { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close', ...headers },
    agent: false,
    rejectUnauthorized: false,
    signal,
  });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  const status: number = response.statusCode;
  response.resume();
  return status >= 200 && status < 400 ? success : failure(`HTTP probe failed with statuscode: ${status}`);
}

async function tcpSocket(tcp: NonNullable<Probe['tcpSocket']>, target: ProbeTarget, signal: AbortSignal) {
  const socket = connect({ host: tcp.host ?? target.podIP, port: portNumber(tcp.port, target.ports) });
  try {
    await once(socket, 'connect', { signal });
    return success;
  } finally {
    socket.destroy();
  }
}

async function exec(words: readonly string[], target: ProbeTarget, signal: AbortSignal) {
  const { file, args, cwd } = target.command(words);
  const child = spawn(file, args, {
    cwd,
    env: target.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    if (said.length < 1024) said += chunk;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? success : failure(`command ended with ${code}: ${said.trim()}`);
}
