import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { knownRooms } from './known-rooms.ts';
import { type FrontDoor, type FrontDoorOptions, frontDoor, type Nowhere, problem } from './node/front-door.ts';
import { htmlPage, pageFiles, show } from './page-files.ts';
import { type ListedRoom, roomsPage, unlisted, wrongWay } from './rooms-page.ts';

/**
 * The front door with a page of its own at `/`, which lists the rooms. Who comes to no room, or to one that is not Ready, is
 * told so: browsers by that page, clients by a problem. `root` is the project's: the page looks as the rooms' own do.
 */
export function roomsDoor(options: FrontDoorOptions, root: string): FrontDoor {
  const files = pageFiles(join(root, 'server/http/pages'), ['style.css', 'icon.svg']);
  const rooms = knownRooms(options);
  const door = frontDoor({
    ...options,
    nowhere(incoming, response, why) {
      const [path = '/'] = (incoming.url ?? '/').split('?');
      const file = isReading(incoming) ? files.get(path.slice(1)) : undefined;
      if (file !== undefined) show(response, file);
      else answer(incoming, response, { path, why, rooms: rooms.list() });
    },
  });
  return {
    server: door.server,
    close() {
      rooms.stop();
      door.close();
    },
  };
}

/** A request that leads nowhere. */
interface Stray {
  readonly path: string;
  readonly why: Nowhere;
  /** Undefined: nobody knows. */
  readonly rooms: readonly ListedRoom[] | undefined;
}

function answer(incoming: IncomingMessage, response: ServerResponse, { path, why, rooms }: Stray): void {
  const isPage = path === '/' && isReading(incoming);
  const isBrowser = isReading(incoming) && /\btext\/html\b/.test(incoming.headers.accept ?? '');
  const wrong = isPage ? (rooms === undefined ? unlisted : undefined) : wrongWay(path, why, rooms);
  if (wrong === undefined) show(response, htmlPage(roomsPage(rooms)));
  else if (isPage || isBrowser) show(response, htmlPage(roomsPage(rooms, wrong)), { status: wrong.status });
  else problem(response, wrong);
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
