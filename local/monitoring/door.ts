import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type FrontDoor, type FrontDoorOptions, frontDoor } from '../node/front-door.ts';
import { type PageFile, pageFiles, show } from '../page-files.ts';
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
  const files = plotsFiles(root);
  const server = createServer((incoming, response) => {
    // As it came: what is no URL is for Prometheus to refuse.
    const [path = ''] = (incoming.url ?? '').split('?');
    if (!path.startsWith(plotsPath)) return void toPrometheus.server.emit('request', incoming, response);
    const file = files.get(path.slice(plotsPath.length));
    if (file !== undefined) return show(response, file, { allow: "script-src 'self'; connect-src 'self'" });
    response.writeHead(404, { 'content-type': 'text/plain' }).end('The page has no such file.\n');
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

/** What the page is made of, by path below its own. */
function plotsFiles(root: string): ReadonlyMap<string, PageFile> {
  const names = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  const files = pageFiles(root, names);
  const page = files.get('local/monitoring/page/plots.html');
  // What the page asks Prometheus.
  const queries = { type: 'application/json', content: JSON.stringify({ plots, columns }) };
  return new Map([...files, ...(page === undefined ? [] : [['', page] as const]), ['queries.json', queries]]);
}
