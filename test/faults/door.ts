import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientConfig } from '#operator/cluster/client/client.ts';
import { certificate } from '#test/server/dtls-client.ts';
import type { Call, Fate } from './fault.ts';
import { lines } from './lines.ts';
import { breakOff, meet, swallow } from './passage.ts';
import { upstreamOf } from './upstream.ts';

export interface DoorOptions {
  /** The real API server, and who is allowed in. */
  readonly server: ClientConfig;
  readonly fate?: Fate;
  /** The user that everybody who comes this way is: `system:serviceaccount:…`. */
  readonly as?: string;
  /** The client is to be killed: it has no connection any more and gets no new one. */
  readonly onCrash?: (call: Call) => void;
}

/**
 * A way to the real API server for one client, on which faults can be met. Like the server behind it, it speaks HTTP/2 to
 * whoever can, and HTTP/1.1 to others.
 *
 *     client ── lines, which can be cut or fall silent ── TLS, HTTP ── a fault? ── API server
 */
export interface Door {
  /** For the client that comes this way. */
  readonly config: ClientConfig;
  readonly port: number;
  /** All requests so far, in order of arrival. */
  readonly calls: readonly Call[];
  /** What was agreed upon for each connection so far: `h2`, `http/1.1`. */
  readonly protocols: readonly string[];
  /** Connections that were turned away. */
  turnedAway(): number;
  setFate(fate: Fate): void;
  /** The network is lost: every connection ends, also those to the server, and new ones are turned away. */
  shut(): void;
  /** The network is lost and tells nobody: what was on its way does not arrive, and no connection ends. */
  silence(): void;
  /** It is back. */
  open(): void;
  /** Shut for good. */
  stop(): Promise<void>;
}

export async function door({ server, fate: firstFate, as, onCrash }: DoorOptions): Promise<Door> {
  const upstream = upstreamOf(server, as);
  const calls: Call[] = [];
  const protocols: string[] = [];
  let fate = firstFate ?? (() => undefined);
  let passage = new AbortController();

  const http = await listening();
  http.on('request', (request, response) => void enter(request, response));
  http.on('secureConnection', ({ alpnProtocol }: TLSSocket) => protocols.push(alpnProtocol || 'none'));
  const network = await lines((http.address() as AddressInfo).port);
  const shut = () => {
    passage.abort();
    network.shut();
  };

  async function enter(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const line = network.from(request.socket.remotePort);
    const { signal } = passage;
    try {
      const arrived = await callOf(request);
      // What was on its way when the network was lost has not arrived.
      if (signal.aborted) throw signal.reason;
      const call = { ...arrived, number: calls.length + 1 };
      calls.push(call);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const pass = { request, response, call, upstream, line, signal: AbortSignal.any([signal, gone.signal]) };
      const fault = fate(call);
      if (fault?.kind === 'CrashBefore' || fault?.kind === 'CrashAfter') {
        if (fault.kind === 'CrashAfter') await swallow(pass);
        shut();
        onCrash?.(call);
      } else await meet(pass, fault);
    } catch {
      breakOff({ request, line }, 'Stream');
    }
  }

  return {
    config: { server: `https://127.0.0.1:${network.port}`, skipTlsVerify: true },
    port: network.port,
    calls,
    protocols,
    turnedAway: network.turnedAway,
    setFate(next) {
      fate = next;
    },
    shut,
    silence() {
      passage.abort();
      network.silence();
    },
    open() {
      network.open();
      passage = new AbortController();
    },
    async stop() {
      shut();
      network.stop();
      // Not waited for: sessions of HTTP/2 that were cut off can keep it from ever being closed.
      http.close();
      await upstream.close();
    },
  };
}

/** The door's end of the network. Its certificate is nobody's. */
async function listening() {
  const { certPem: cert, keyPem: key } = await certificate();
  // In megabytes. A connection of HTTP/2 may hold more than one list that has come, and has yet to go on.
  const http = createSecureServer({ cert, key, allowHTTP1: true, maxSessionMemory: 256 });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return http;
}

async function callOf(request: Http2ServerRequest): Promise<Omit<Call, 'number'>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { pathname, searchParams } = new URL(request.url, 'http://door');
  return {
    atMs: performance.now(),
    method: request.method,
    path: pathname,
    query: searchParams,
    isWatch: searchParams.get('watch') === 'true',
    body: Buffer.concat(chunks).toString(),
  };
}
