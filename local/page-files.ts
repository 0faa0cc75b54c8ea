/** What a door shows of its own, beside what it passes on: the files of a page, and the headers that all of them have. */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

export interface PageFile {
  /** Its media type. */
  readonly type: string;
  readonly content: Buffer | string;
}

const html = 'text/html; charset=utf-8';
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': html,
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Those of these files that a page can be made of, by name. Their names are paths below `folder`. */
export function pageFiles(folder: string, names: readonly string[]): ReadonlyMap<string, PageFile> {
  const files = names.flatMap((name): [string, PageFile][] => {
    const type = mediaTypes[extname(name)];
    return type === undefined ? [] : [[name, { type, content: readFileSync(join(folder, name)) }]];
  });
  return new Map(files);
}

/** A page as it was written just now. */
export const htmlPage = (content: string): PageFile => ({ type: html, content });

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ShowOptions {
  /** Default: 200. */
  readonly status?: number;
  /** What the page may do beyond having a look, as directives of a Content-Security-Policy. */
  readonly allow?: string;
}

export function show(response: ServerResponse, { type, content }: PageFile, options: ShowOptions = {}): void {
  const { status = 200, allow } = options;
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': allow === undefined ? policy : `${policy}; ${allow}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
  response.end(content);
}
