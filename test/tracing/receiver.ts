import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually } from '#test/harness/eventually.ts';
import { type ReceivedSpan, spansOf } from './otlp.ts';

/** Where spans are sent to in tests: OTLP over gRPC and over HTTP, each on a port of its own. */
export interface Receiver {
  readonly grpcURL: string;
  readonly httpURL: string;
  readonly spans: readonly ReceivedSpan[];
  /** The first span of this name, as soon as it is there; with a `spanId`, that span. Children come before their parents. */
  span(name: string, spanId?: string): Promise<ReceivedSpan>;
  stop(): Promise<void>;
}

export interface ReceiverOptions {
  readonly address?: string;
  /** 0, the default, takes any. */
  readonly grpcPort?: number;
  readonly httpPort?: number;
  /** Takes what is sent by gRPC, and does not answer. */
  readonly hangs?: boolean;
}

export async function receiver({
  address = '127.0.0.1',
  grpcPort = 0,
  httpPort = 0,
  hangs = false,
}: ReceiverOptions = {}): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const sessions = new Set<Http2Session>();
  const http = createHttpServer(async (request, response) => {
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    spans.push(...spansOf(await buffer(request)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  const grpc = createHttp2Server();
  grpc.on('session', (session) => sessions.add(session));
  grpc.on('stream', async (stream: ServerHttp2Stream, headers) => {
    if (headers[':path'] !== '/opentelemetry.proto.collector.trace.v1.TraceService/Export') return stream.close();
    // A flag for compression and a length of four bytes, then the message.
    spans.push(...spansOf((await buffer(stream)).subarray(5)));
    if (!hangs) succeed(stream);
  });
  await Promise.all([listening(http, httpPort, address), listening(grpc, grpcPort, address)]);
  return {
    grpcURL: urlOf(grpc),
    httpURL: urlOf(http),
    spans,
    span: (name, spanId) => {
      const isIt = (span: ReceivedSpan) => span.name === name && (spanId === undefined || span.spanId === spanId);
      return eventually(`the span ${name} has come`, () => spans.find(isIt));
    },
    stop: async () => {
      for (const session of sessions) session.destroy();
      http.closeAllConnections();
      await Promise.all([http, grpc].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function succeed(stream: ServerHttp2Stream) {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.alloc(5));
}

const listening = (server: Server, port: number, address: string) =>
  new Promise<void>((resolve) => server.listen(port, address, resolve));

function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}
