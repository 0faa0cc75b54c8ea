/** The player and the publisher page: static files, read once. They are public; what they need is in the URL's fragment. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicPath, roomPath } from '#crds/contract.ts';
import { Refused } from '../room/refusal.ts';
import { roomId } from '../room/room-id.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing but the pages' own files, and no inline script: a page that holds a token runs no code of others. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Revalidation is one small request, and a new release of the server shows at once.
  'cache-control': 'no-cache',
};

interface Page {
  readonly content: Buffer;
  readonly type: string;
}

/** The files of a folder that browsers are given, by name. */
export function pageFiles(folder: string): ReadonlyMap<string, Page> {
  const names = readdirSync(folder).filter((name) => Object.hasOwn(mediaTypes, extname(name)));
  return new Map(
    names.map((name) => [
      name,
      { content: readFileSync(join(folder, name)), type: mediaTypes[extname(name)] ?? 'application/octet-stream' },
    ]),
  );
}

type Request = FastifyRequest<{ Params: { namespace: string; room: string; file: string } }>;

/** Routes of the pages. `known` throws {@link Refused} for a room that is not there. */
export function pages(app: FastifyInstance, files: ReadonlyMap<string, Page>, known: (room: string) => void) {
  const show = (reply: FastifyReply, name: string) => {
    const file = files.get(name);
    if (file === undefined) throw new Refused({ reason: 'UnknownPath', detail: 'The page has no such file.' });
    return reply.headers(headers).type(file.type).send(file.content);
  };
  const onRequest = async ({ params }: Request) => known(roomId({ namespace: params.namespace, name: params.room }));
  const room = roomPath(':namespace', ':room');

  app.get(publicPath.player(':namespace', ':room'), { onRequest }, async (_request, reply) =>
    show(reply, 'player.html'),
  );
  app.get(publicPath.publisher(':namespace', ':room'), { onRequest }, async (_request, reply) =>
    show(reply, 'publisher.html'),
  );
  app.get(`${room}/assets/:file`, { onRequest }, async ({ params }: Request, reply) => show(reply, params.file));
  // The pages' own links are relative, and need the slash. Browsers keep the fragment across a redirect.
  app.get(room, { onRequest }, async ({ params }: Request, reply) =>
    reply.redirect(publicPath.player(params.namespace, params.room), 308),
  );
}
