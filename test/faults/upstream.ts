import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher, request } from 'undici';
import type { ClientConfig } from '#operator/cluster/client/client.ts';
import type { Call } from './fault.ts';

export interface Upstream {
  send(call: Call, headers: IncomingHttpHeaders, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Headers of the client's that the server is to see; the rest is between the client and the door. */
const kept = ['accept', 'content-type', 'user-agent', 'traceparent'];

/** The real server as a door sees it, where everybody is the server's administrator, or acts as `as`. */
export function upstreamOf(server: ClientConfig, as: string | undefined): Upstream {
  const agent = new Agent({
    allowH2: false,
    connections: 256,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...(server.ca && { ca: server.ca }), ...(server.serverName && { servername: server.serverName }) },
  });
  return {
    async send({ method, path, query, body }, headers, signal) {
      const authorization = await server.authorization?.();
      const search = query.size === 0 ? '' : `?${query}`;
      return await request(`${server.server}${path}${search}`, {
        dispatcher: agent,
        method: method as Dispatcher.HttpMethod,
        headers: {
          ...Object.fromEntries(kept.map((name) => [name, headers[name]]).filter(([, value]) => value !== undefined)),
          ...(authorization && { authorization }),
          ...(as && { 'impersonate-user': as }),
        },
        ...(body === '' ? {} : { body }),
        signal,
      });
    },
    close: () => agent.destroy(),
  };
}
