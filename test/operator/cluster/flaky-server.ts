import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that reached the server. */
export interface Call {
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly authorization: string | undefined;
}

type Answer = (response: ServerResponse, call: Call, request: IncomingMessage) => void;

/**
 * A peer that does to a client what networks and busy API servers do. It answers the nth request as the nth answer says,
 * and leaves all later ones open.
 */
export async function flakyServer(answers: readonly Answer[]) {
  const calls: Call[] = [];
  const sockets = new Set<object>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://peer');
    const isWatch = searchParams.get('watch') === 'true';
    const call = { query: searchParams, isWatch, authorization: request.headers.authorization };
    calls.push(call);
    answers[calls.length - 1]?.(response, call, request);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    connections: () => sockets.size,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const anObject = (name: string, resourceVersion: number, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'live', uid: `uid-of-${name}`, resourceVersion: String(resourceVersion), ...more },
});

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A list, or one page of it. */
export const list = (version: number, items: readonly object[], more?: string): Answer =>
  json({
    apiVersion: 'v1',
    kind: 'ThingList',
    metadata: { resourceVersion: String(version), ...(more && { continue: more }) },
    items: items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  });

export const refuse = (code: number, headers: Record<string, string> = {}, more: object = {}): Answer =>
  json({ kind: 'Status', code, reason: `Reason${code}`, message: `refused with ${code}`, ...more }, code, headers);

export const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

/** The lines of a watch, and then its end: by the server, by a reset, or never. */
export const watch =
  (lines: readonly string[], end: 'closed' | 'reset' | 'open'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const line of lines) response.write(line);
    if (end === 'closed') response.end();
    // Later than the lines, or the reset would overtake them.
    else if (end === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 30);
  };

/** The connection ends before there is an answer. */
export const reset: Answer = (response) => void response.socket?.resetAndDestroy();
