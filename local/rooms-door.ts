import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { group } from '#crds/contract.ts';
import { apiVersion, plural } from '#crds/liveroom.ts';
import { absentIfNotFound } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { type FrontDoor, type FrontDoorOptions, frontDoor, type Nowhere, problem } from './node/front-door.ts';
import { htmlPage, pageFiles, show } from './page-files.ts';
import { type ListedRoom, roomsPage, wrongWay } from './rooms-page.ts';

/**
 * The front door with a page of its own at `/`, which lists the rooms. Who comes to no room, or to one that is not Ready, is
 * told so: browsers by that page, clients by a problem. `root` is the project's: the page looks as the rooms' own do.
 */
export function roomsDoor(options: FrontDoorOptions, root: string): FrontDoor {
  const files = pageFiles(join(root, 'server/http/pages'), ['style.css', 'icon.svg']);
  return frontDoor({
    ...options,
    nowhere: (incoming, response, why) => {
      const [path = '/'] = (incoming.url ?? '/').split('?');
      const file = isReading(incoming) ? files.get(path.slice(1)) : undefined;
      if (file !== undefined) return show(response, file);
      answer(incoming, response, { path, why, client: options.client }).catch((error: Error) =>
        problem(response, 502, `The API server does not say which rooms there are: ${error.message}.`),
      );
    },
  });
}

/** A request that leads nowhere. */
interface Stray {
  readonly path: string;
  readonly why: Nowhere;
  readonly client: KubeClient;
}

async function answer(incoming: IncomingMessage, response: ServerResponse, { path, why, client }: Stray) {
  const rooms = await listed(client);
  if (path === '/' && isReading(incoming)) return show(response, htmlPage(roomsPage(rooms)));
  const wrong = wrongWay(path, why, rooms);
  const isBrowser = isReading(incoming) && /\btext\/html\b/.test(incoming.headers.accept ?? '');
  if (isBrowser) show(response, htmlPage(roomsPage(rooms, wrong)), { status: wrong.status });
  else problem(response, wrong.status, wrong.detail);
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** As they are now; none before their kind is there. */
async function listed(client: KubeClient): Promise<readonly ListedRoom[]> {
  const path = `/apis/${group}/${apiVersion}/${plural}`;
  const list = await client.request<{ readonly items: readonly ListedRoom[] }>('GET', path).catch(absentIfNotFound);
  return list?.items ?? [];
}
