import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { knownRooms } from './known-rooms.ts';
import { type FrontDoor, type FrontDoorOptions, frontDoor, type Nowhere, problem } from './node/front-door.ts';
import { isOwnRequest } from './own-request.ts';
import { htmlPage, pageFiles, show } from './page-files.ts';
import { inFull, inPublic, type ListedRoom, roomsPage, unlisted, wrongWay } from './rooms-page.ts';

/**
 * The front door with a page of its own at `/`, which lists the rooms. Who comes to no room, or to one that is not Ready, is
 * told so: browsers by that page, clients by a problem. What the rooms are and lack is told to requests of whoever sits at
 * this machine only. `root` is the project's: the page looks as the rooms' own do.
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
      else if (path === '/') answerRoot(incoming, response, rooms.list());
      else answerStray(incoming, response, { path, why, rooms: rooms.list() });
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

/** Undefined: nobody knows which there are. */
type Rooms = readonly ListedRoom[] | undefined;

function answerRoot(incoming: IncomingMessage, response: ServerResponse, rooms: Rooms): void {
  if (!isReading(incoming)) {
    response.setHeader('allow', 'GET, HEAD');
    problem(response, { status: 405, detail: '/ lists the rooms, to GET. Publish to /{namespace}/{room}/whip.' });
  } else if (!isOwnRequest(incoming))
    problem(response, { status: 421, detail: 'Open this page by the address that npm start prints.' });
  else if (rooms === undefined) show(response, htmlPage(roomsPage(rooms, unlisted)), { status: unlisted.status });
  else show(response, htmlPage(roomsPage(rooms)));
}

/** A request that leads nowhere. */
interface Stray {
  readonly path: string;
  readonly why: Nowhere;
  readonly rooms: Rooms;
}

function answerStray(incoming: IncomingMessage, response: ServerResponse, { path, why, rooms }: Stray): void {
  const wrong = wrongWay(path, why, rooms);
  const isOwn = isOwnRequest(incoming);
  const isBrowser = isReading(incoming) && /\btext\/html\b/.test(incoming.headers.accept ?? '');
  if (isOwn && isBrowser) show(response, htmlPage(roomsPage(rooms, wrong)), { status: wrong.status });
  else problem(response, { ...wrong, detail: isOwn ? inFull(wrong) : inPublic(wrong) });
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
