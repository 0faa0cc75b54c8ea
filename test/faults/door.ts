import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from '#operator/cluster/client.ts';
import type { Call, Fate, Fault, WatchFault } from './fault.ts';
import { type Upstream, upstreamOf } from './upstream.ts';
import { wreckedWatch } from './watch-wreck.ts';

export interface DoorOptions {
  /** The real API server, and who is allowed in. */
  readonly server: ClientConfig;
  readonly fate?: Fate;
  /** The user that everybody who comes this way is: `system:serviceaccount:…`. */
  readonly as?: string;
  /** The client is to be killed: it has no connection any more and gets no new one. */
  readonly onCrash?: (call: Call) => void;
}

/** A way to the real API server for one client, on which faults can be met. It speaks HTTP, the server behind it TLS. */
export interface Door {
  /** For the client that comes this way. */
  readonly config: ClientConfig;
  readonly port: number;
  /** All requests so far, in order of arrival. */
  readonly calls: readonly Call[];
  /** Connections that were turned away. */
  turnedAway(): number;
  setFate(fate: Fate): void;
  /** The network is lost: every connection ends, also those to the server, and new ones are turned away. */
  shut(): void;
  /** It is back. */
  open(): void;
  /** Shut for good. */
  stop(): Promise<void>;
}

export async function door({ server, fate: firstFate, as, onCrash }: DoorOptions): Promise<Door> {
  const upstream = upstreamOf(server, as);
  const calls: Call[] = [];
  const sockets = new Set<Socket>();
  let fate = firstFate ?? (() => undefined);
  let isShut = false;
  let turnedAway = 0;
  let passage = new AbortController();

  const shut = () => {
    isShut = true;
    passage.abort();
    for (const socket of sockets) socket.resetAndDestroy();
  };

  const http = createServer((incoming, response) => {
    enter(incoming, response).catch(() => incoming.socket.resetAndDestroy());
  });
  http.on('connection', (socket) => {
    if (isShut) {
      turnedAway++;
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });

  async function enter(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { signal } = passage;
    const call = await callOf(incoming, calls.length + 1);
    // What was on its way when the network was lost has not arrived.
    if (signal.aborted) throw signal.reason;
    calls.push({ ...call, number: calls.length + 1 });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const pass = { incoming, response, call, upstream, signal: AbortSignal.any([signal, gone.signal]) };
    const fault = fate({ ...call, number: calls.length });
    if (fault?.kind === 'CrashBefore' || fault?.kind === 'CrashAfter') {
      if (fault.kind === 'CrashAfter') await swallow(pass);
      shut();
      onCrash?.(call);
    } else await meet(pass, fault);
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    config: { server: `http://127.0.0.1:${port}` },
    port,
    calls,
    turnedAway: () => turnedAway,
    setFate(next) {
      fate = next;
    },
    shut,
    open() {
      isShut = false;
      passage = new AbortController();
    },
    async stop() {
      shut();
      await new Promise((resolve) => http.close(resolve));
      await upstream.close();
    },
  };
}

async function callOf(incoming: IncomingMessage, number: number): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://door');
  return {
    number,
    atMs: performance.now(),
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    isWatch: searchParams.get('watch') === 'true',
    body: Buffer.concat(chunks).toString(),
  };
}

interface Pass {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: Call;
  readonly upstream: Upstream;
  readonly signal: AbortSignal;
}

async function meet(pass: Pass, fault: Exclude<Fault, { kind: 'CrashBefore' | 'CrashAfter' }> | undefined) {
  switch (fault?.kind) {
    case 'Refused':
      return refuse(pass.response, fault);
    case 'ResetBefore':
      pass.incoming.socket.resetAndDestroy();
      return;
    case 'ResetAfter':
      await swallow(pass);
      pass.incoming.socket.resetAndDestroy();
      return;
    case 'HalfOpen':
      await swallow(pass);
      await sleep(fault.forMs, undefined, { signal: pass.signal, ref: false });
      pass.incoming.socket.resetAndDestroy();
      return;
    case 'Stalled':
      await sleep(fault.forMs, undefined, { signal: pass.signal, ref: false });
      return await forward(pass, undefined);
    default:
      return await forward(pass, fault);
  }
}

/** Has it carried out, and tells nobody. Of a watch, that it has begun. */
async function swallow({ call, incoming, upstream, signal }: Pass): Promise<void> {
  const { body } = await upstream.send(call, incoming.headers, signal);
  if (call.isWatch) body.destroy();
  else await body.dump({ limit: Number.MAX_SAFE_INTEGER });
}

async function forward({ call, incoming, response, upstream, signal }: Pass, fault: WatchFault | undefined) {
  const { statusCode, headers, body } = await upstream.send(call, incoming.headers, signal);
  const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = headers;
  response.writeHead(statusCode, kept);
  // A watch without events has begun too.
  response.flushHeaders();
  try {
    for await (const chunk of fault === undefined ? body : wreckedWatch(body, fault)) {
      if (!response.write(chunk)) await Promise.race([drained(response), aborted(signal)]);
    }
    response.end();
  } finally {
    body.destroy();
  }
}

const drained = (response: ServerResponse) => new Promise<void>((resolve) => response.once('drain', resolve));

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );

function refuse(response: ServerResponse, { status, retryAfterSeconds }: Extract<Fault, { kind: 'Refused' }>): void {
  const reasons = { 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  const message = `${status} (an injected fault)`;
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', code: status, reason: reasons[status], message }));
}
