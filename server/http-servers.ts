/** Both of a pod's HTTP servers, not listening yet. */
import { join } from 'node:path';
import { type Internals, internalServer } from './http/internal-server.ts';
import { pageFiles } from './http/pages.ts';
import { type PublicServerOptions, publicServer } from './http/public-server.ts';
import { scrapeTurns, turns } from './http/turns.ts';
import type { Neighbours } from './neighbours.ts';

export interface HttpServersOptions extends Omit<PublicServerOptions, 'files' | 'peers' | 'arrivals'> {
  readonly around: Neighbours;
  readonly internals: Pick<Internals, 'checkup' | 'stats' | 'viewers' | 'scrape'>;
}

export type HttpServers = ReturnType<typeof httpServers>;

export function httpServers({ around, internals, ...open }: HttpServersOptions) {
  const { clock, meter } = open;
  const app = publicServer({ ...open, ...around, files: pageFiles(join(import.meta.dirname, 'http/pages')) });
  const passedOn = { ...around, meter, answerer: app };
  return { app, internal: internalServer({ ...internals, turns: turns({ ...scrapeTurns, clock }), passedOn }) };
}
