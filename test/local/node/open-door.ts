import { once } from 'node:events';
import { createServer as createHTTPServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { type FrontDoor, type FrontDoorOptions, frontDoor } from '#local/node/front-door.ts';
import { portOf } from '#local/sockets.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aContainer, seenPod } from './seen-pod.ts';

export interface OpenDoor {
  /** Its URL, without a path. */
  readonly base: string;
  /** What the API server was asked for, but for watches: paths without their queries. */
  readonly asked: readonly string[];
  readonly logged: readonly string[];
  close(): Promise<void>;
}

export interface OpenDoorOptions {
  /** What the pod does with a connection; default: it closes it. */
  readonly onConnection?: (socket: Socket) => void;
  /** Which door; default: the one without a page. */
  readonly make?: (options: FrontDoorOptions) => FrontDoor;
  /** The API server's answer when it is asked for rooms; default: a list of two. */
  readonly rooms?: { readonly status: number; readonly body: unknown };
}

const metadata = { name: 'keynote', namespace: 'space', uid: 's', resourceVersion: '1' };
const list = (...items: object[]) => ({ kind: 'List', metadata: { resourceVersion: '1' }, items });
const twoRooms = { status: 200, body: list({ metadata: { ...metadata, name: 'unmade', uid: 'u' } }, { metadata }) };

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** An API server that knows two Services, of which one has a pod, which listens on this port; and rooms. */
async function apiServer(podPort: number, rooms: { readonly status: number; readonly body: unknown }, asked: string[]) {
  const spec = { selector: { app: 'live' }, ports: [{ name: 'http', port: podPort }] };
  const podless = { ...metadata, name: 'podless', uid: 'p' };
  const services = list({ metadata, spec }, { metadata: podless, spec: { ...spec, selector: { app: 'none' } } });
  return await listening(
    createHTTPServer((incoming, response) => {
      response.setHeader('content-type', 'application/json');
      const [path = '', query = ''] = (incoming.url ?? '').split('?');
      // A watch without news.
      if (query.includes('watch=')) return response.flushHeaders();
      asked.push(path);
      const { status, body } = path.endsWith('/liverooms') ? rooms : { status: 200, body: services };
      response.writeHead(status).end(JSON.stringify(body));
    }),
  );
}

/** A front door to a pod, of which it knows all that there is to know. */
export async function openDoor(options: OpenDoorOptions = {}): Promise<OpenDoor> {
  const { onConnection = (socket) => socket.destroy(), make = frontDoor, rooms = twoRooms } = options;
  const [asked, logged]: [string[], string[]] = [[], []];
  const podServer = await listening(createServer({ allowHalfOpen: true }, onConnection));
  const api = await apiServer(portOf(podServer), rooms, asked);
  const client = kubeClient({ server: `http://127.0.0.1:${portOf(api)}` });
  const seen = seenPod({ containers: [aContainer('main')] }, { name: 'a' });
  const pod = { ...seen, status: { podIP: '127.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] } };
  const door = make({ client, pods: () => [pod], log: (line) => logged.push(line) });
  await listening(door.server);
  async function close(): Promise<void> {
    door.close();
    podServer.close();
    api.closeAllConnections();
    api.close();
    await client.close();
  }
  const base = `http://127.0.0.1:${portOf(door.server)}`;
  await eventually('Services are known', async () => (await fetch(`${base}/space/keynote/`)).status !== 404);
  await eventually('so are rooms, or that they are not to be had', async () =>
    rooms.status < 500 ? (await fetch(base)).status !== 503 : logged.length > 0,
  );
  return { base, asked, logged, close };
}
