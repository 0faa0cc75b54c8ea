import { createServer, type IncomingMessage, request, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { Pod, Service } from './objects.ts';
import { connectToPod } from './pod-socket.ts';
import { type Backend, backends, type Route, routeOf } from './routes.ts';

export interface FrontDoorOptions {
  readonly client: KubeClient;
  /** The pods that requests may go to. */
  readonly pods: () => Iterable<Pod>;
  /** Which Service a path leads to; default: `/{namespace}/{service}/…`. */
  readonly route?: (path: string) => Route | undefined;
  /** Answers what leads nowhere; default: with a problem that says why. */
  readonly nowhere?: (incoming: IncomingMessage, response: ServerResponse, why: Nowhere) => void;
  readonly log: (line: string) => void;
}

/** Why a request is not met. */
export interface Problem {
  readonly status: number;
  readonly detail: string;
  /** When it may be met if it is made again; undefined: nobody knows, or never. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A request that is passed on to nobody. */
export interface Nowhere extends Problem {
  /** Where it should have gone; undefined: its path names no Service. */
  readonly route: Route | undefined;
  /** 404: there is no such Service. 503: no pod of it is ready. */
  readonly status: 404 | 503;
}

export interface FrontDoor {
  /** Not listening yet: the caller gives it its address, or a socket that was opened elsewhere. */
  readonly server: Server;
  close(): void;
}

/** Pods come and go: what is without one may have one by then. */
const retryAfterSeconds = 1;

/**
 * A stand-in for an Ingress: passes `/{namespace}/{service}/…` on, path unchanged, to a ready pod of that Service.
 * It looks at Services and pods itself, so it works where there are no EndpointSlices.
 */
export function frontDoor(options: FrontDoorOptions): FrontDoor {
  const { client, pods, log, route: routeTo = routeOf, nowhere = refuse } = options;
  const services = reflector<Service>({
    client,
    path: '/api/v1/services',
    onChange: () => {},
    onError: (error) => log(`Front door: ${(error as Error).message}`),
  });
  let turn = 0;

  const server = createServer((incoming, response) => {
    const route = routeTo(incoming.url ?? '/');
    const lost = (why: Omit<Nowhere, 'route'>) => nowhere(incoming, response, { route, ...why });
    if (route === undefined) return lost({ status: 404, detail: 'Paths here are /{namespace}/{service}/…' });
    const key = `${route.namespace}/${route.service}`;
    const service = services.get(key);
    if (service === undefined) return lost({ status: 404, detail: `There is no Service ${key}.` });
    const found = backends(service, pods());
    const backend = found[turn++ % Math.max(1, found.length)];
    if (backend === undefined) {
      const detail = `No pod of Service ${key} is ready, or its port named http leads nowhere.`;
      return lost({ status: 503, detail, retryAfterSeconds });
    }
    pass(incoming, response, backend).catch((error: Error) => {
      log(`Front door: ${incoming.method} ${incoming.url} to pod ${backend.pod}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else {
        const detail = `Pod ${backend.pod} did not answer: ${error.message}.`;
        problem(response, { status: 502, detail, retryAfterSeconds });
      }
    });
  });
  // Sessions may stay silent for as long as they like.
  server.requestTimeout = 0;

  return {
    server,
    close() {
      services.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Streams both ways; rejects when either side breaks off. */
async function pass(incoming: IncomingMessage, response: ServerResponse, backend: Backend): Promise<void> {
  const outgoing = request({
    // A connection each, which costs nothing on one machine: a kept one may be closed by the pod just as it is used.
    createConnection: () => connectToPod(backend.host, backend.port),
    host: backend.host,
    port: backend.port,
    method: incoming.method,
    path: incoming.url,
    headers: forwardedHeaders(incoming),
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
  // A pod may answer, a refusal for instance, before it has read everything. The rest is read in its place: some
  // clients look for an answer only when they have sent all.
  outgoing.once('close', () => incoming.resume());
  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
  response.flushHeaders();
  await pipeline(answer, response);
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110 section 7.6.1: what concerns one connection only is not passed on. */
const withoutHopByHop = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !hopByHop.has(name)));

function forwardedHeaders({ headers, socket }: IncomingMessage) {
  const client = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const before = headers['x-forwarded-for'];
  return {
    ...withoutHopByHop(headers),
    'x-forwarded-for': before === undefined ? client : `${before}, ${client}`,
    'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
    'x-forwarded-host': headers['x-forwarded-host'] ?? headers.host ?? '',
  };
}

const refuse = (_incoming: IncomingMessage, response: ServerResponse, why: Nowhere) => problem(response, why);

/** RFC 9457; the title of about:blank is the status in words. */
export function problem(response: ServerResponse, { status, detail, retryAfterSeconds }: Problem): void {
  response.setHeader('content-type', 'application/problem+json');
  response.setHeader('access-control-allow-origin', '*');
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  const title = STATUS_CODES[status];
  response.writeHead(status).end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
