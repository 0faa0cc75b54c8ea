import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { LogFile } from './log-file.ts';
import { type LogQuery, logQuery, selectedLines, shownLine } from './log-lines.ts';

interface Options {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The log of a container's current or previous run; a text says why there is none. */
  readonly logOf: (namespace: string, pod: string, container: string, previous: boolean) => LogFile | string;
  readonly now: () => number;
}

/**
 * The part of a kubelet's HTTPS endpoint that `kubectl logs` needs, by way of the API server:
 * `GET /containerLogs/{namespace}/{pod}/{container}`. Everything else is 501.
 */
export async function kubeletServer(options: Options): Promise<{ port: number; close(): void }> {
  const { address, port, cert, key, logOf, now } = options;
  const server: Server = createServer({ cert, key }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, kind, namespace, pod, container] = url.pathname.split('/').map(decodeURIComponent);
    if (kind === 'healthz') return void response.end('ok');
    if (kind !== 'containerLogs' || namespace === undefined || pod === undefined || container === undefined) {
      return answer(response, 501, 'This node runs pods as local processes: only their logs can be asked for.\n');
    }
    const query = logQuery(url.searchParams, now());
    const log = logOf(namespace, pod, container, query.previous);
    if (typeof log === 'string') return answer(response, 404, `${log}\n`);
    sendLog(log, query, request, response);
  });
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

/** Writes what is there, then, if asked to follow, each new line until the run ends or the reader goes. */
function sendLog(log: LogFile, query: LogQuery, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  let left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  const send = (text: string) => {
    const data = Buffer.from(text).subarray(0, left);
    left -= data.length;
    response.write(data);
    if (left === 0) response.end();
  };
  const isDone = () => left === 0 || request.destroyed;

  send(
    selectedLines(log.lines(), query)
      .map((line) => shownLine(line, query))
      .join(''),
  );
  if (!query.follow || isDone()) return void response.end();
  const stop = log.follow(
    (line) => {
      send(shownLine(line, query));
      if (isDone()) stop();
    },
    () => response.end(),
  );
  response.on('close', stop);
}
