import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { type FrontDoor, type FrontDoorOptions, frontDoor } from '../node/front-door.ts';
import { namespace, prometheusService } from './objects.ts';
import { columns, plots } from './plots.ts';

/** The page with the main plots. */
export const plotsPath = '/plots/';

/** Folders whose files the page may have. It uses the look and the plots of the rooms' own pages. */
const folders = ['server/http/pages', 'local/monitoring/page'];

/**
 * Leads to Prometheus, but for the page of our own, which may then ask Prometheus without any cross-origin rule. `root`
 * is the project's: the page's files keep their paths, so that their imports mean the same on disk.
 */
export function monitoringDoor(options: FrontDoorOptions, root: string): FrontDoor {
  const toPrometheus = frontDoor({ ...options, route: () => ({ namespace, service: prometheusService }) });
  const files = pageFiles(root);
  const server = createServer((incoming, response) => {
    // As it came: what is no URL is for Prometheus to refuse.
    const [path = ''] = (incoming.url ?? '').split('?');
    if (!path.startsWith(plotsPath)) return void toPrometheus.server.emit('request', incoming, response);
    show(response, files.get(path.slice(plotsPath.length)));
  });
  return {
    server,
    close() {
      server.close();
      server.closeAllConnections();
      toPrometheus.close();
    },
  };
}

interface File {
  readonly type: string;
  readonly content: Buffer;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the page is made of, by path below its own. */
function pageFiles(root: string): ReadonlyMap<string, File> {
  const names = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  const files = names.flatMap((name): [string, File][] => {
    const type = mediaTypes[extname(name)];
    return type === undefined ? [] : [[name, { type, content: readFileSync(join(root, name)) }]];
  });
  const page = new Map(files).get('local/monitoring/page/plots.html');
  // What the page asks Prometheus.
  const queries = { type: 'application/json', content: Buffer.from(JSON.stringify({ plots, columns })) };
  return new Map([...files, ...(page === undefined ? [] : [['', page] as const]), ['queries.json', queries]]);
}

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

function show(response: ServerResponse, file: File | undefined): void {
  if (file === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('The page has no such file.\n');
  else response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.content);
}
