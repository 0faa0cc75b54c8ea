import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { type ServerProcess, serverProcess } from '#test/server/server-process.ts';
import { launchChromium, visit } from './browser.ts';

/** One server as a process, and visitors in Chromium. Their pages are of another origin: what they do, any page may do. */
export interface VisitedServer {
  readonly server: ServerProcess;
  /** Opens a page that may use a camera, and does nothing by itself. It shares nothing with the others. */
  visitor(): Promise<Page>;
  end(): Promise<void>;
}

/** Starts all of it, with the rooms of a rooms file, and with media at that address. What does not start leaves nothing. */
export async function visitedServer(roomsFile: string, mediaAddress?: string): Promise<VisitedServer> {
  await using starting = new AsyncDisposableStack();
  const server = await serverProcess(roomsFile, {}, mediaAddress);
  starting.defer(() => server.end());
  const blank = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>blank'));
  blank.listen(0, '127.0.0.1');
  await once(blank, 'listening');
  starting.defer(() => void blank.close());
  const browser = await launchChromium();
  starting.defer(() => browser.close());
  const started = starting.move();
  const url = `http://127.0.0.1:${(blank.address() as AddressInfo).port}/`;
  return {
    server,
    visitor: () => visit(browser, url),
    end: () => started.disposeAsync(),
  };
}
