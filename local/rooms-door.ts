import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { group } from '#crds/contract.ts';
import { apiVersion, plural } from '#crds/liveroom.ts';
import { absentIfNotFound } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { type FrontDoor, type FrontDoorOptions, frontDoor, type Nowhere, problem } from './node/front-door.ts';
import { type ListedRoom, roomsPage, wrongWay } from './rooms-page.ts';

/**
 * The front door with a page of its own at `/`, which lists the rooms. Who comes to no room, or to one that is not Ready, is
 * told so: browsers by that page, clients by a problem. `root` is the project's: the page looks as the rooms' own do.
 */
export function roomsDoor(options: FrontDoorOptions, root: string): FrontDoor {
  const files = look(root);
  return frontDoor({
    ...options,
    nowhere: (incoming, response, why) => {
      const [path = '/'] = (incoming.url ?? '/').split('?');
      const file = isLook(incoming) ? files.get(path) : undefined;
      if (file !== undefined)
        return void response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.content);
      answer(incoming, response, { path, why, client: options.client }).catch((error: Error) =>
        problem(response, 502, `The API server does not say which rooms there are: ${error.message}.`),
      );
    },
  });
}

interface Request {
  readonly path: string;
  readonly why: Nowhere;
  readonly client: KubeClient;
}

async function answer(incoming: IncomingMessage, response: ServerResponse, { path, why, client }: Request) {
  const rooms = await listed(client);
  if (path === '/' && isLook(incoming)) return show(response, 200, roomsPage(rooms));
  const wrong = wrongWay(path, why, rooms);
  const isBrowser = isLook(incoming) && /\btext\/html\b/.test(incoming.headers.accept ?? '');
  if (isBrowser) show(response, wrong.status, roomsPage(rooms, wrong));
  else problem(response, wrong.status, wrong.detail);
}

const isLook = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** As they are now; none before their kind is there. */
async function listed(client: KubeClient): Promise<readonly ListedRoom[]> {
  const path = `/apis/${group}/${apiVersion}/${plural}`;
  const list = await client.request<{ readonly items: readonly ListedRoom[] }>('GET', path).catch(absentIfNotFound);
  return list?.items ?? [];
}

const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

function show(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(page);
}

/** What the page is drawn with, by path. */
function look(root: string): ReadonlyMap<string, { readonly type: string; readonly content: Buffer }> {
  const file = (name: string, type: string) =>
    [`/${name}`, { type, content: readFileSync(join(root, 'server/http/pages', name)) }] as const;
  return new Map([file('style.css', 'text/css; charset=utf-8'), file('icon.svg', 'image/svg+xml')]);
}
