/** A whole server without traces, as `npm run sfu` and a pod start it. Its log goes to where nothing is kept. */
import { openSync, writeSync } from 'node:fs';
import { start } from '#server/start.ts';
import { answer } from './forwarding-child.ts';
import { heapBytes } from './heap-probe.ts';

/** What the child is told first, with the arguments of `npm run sfu`; its answer is where it listens. */
interface StartQuestion {
  readonly args: readonly string[];
}
export interface Listening {
  readonly http: number;
  readonly media: number;
}

/** What the child may be asked later, in bytes: what its heaps hold once their garbage is gone, or its RSS as it is. */
export type ServerQuestion = StartQuestion | 'heap' | 'rss';

async function begin({ args }: StartQuestion): Promise<Listening> {
  const nowhere = openSync('/dev/null', 'w');
  const started = await start({
    args,
    env: {},
    stdout: () => undefined,
    stderr: (text) => void writeSync(nowhere, text),
    onFatal: () => process.exit(1),
  });
  if (started === undefined) throw new Error('the arguments ask for help');
  const { http, media } = started.server.local;
  return { http: http.port, media: media.port };
}

function respond(question: ServerQuestion) {
  if (question === 'heap') return heapBytes();
  if (question === 'rss') return process.memoryUsage.rss();
  return begin(question);
}

answer(respond, () => 0);
