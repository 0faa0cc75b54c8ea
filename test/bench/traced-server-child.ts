/**
 * A whole server, as `npm run sfu` puts it together, whose spans can be switched while it lives. With them off its parts
 * are given what those of a server without traces are. What is left are two empty hooks around each request, a few
 * microseconds of the thousands that a join takes, and a library in memory that is not asked for anything.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { argumentsConfig } from '#server/config/config.ts';
import { jsonLog } from '#server/log.ts';
import type { Clock } from '#server/room/rooms.ts';
import { startServer } from '#server/server.ts';
import { startTracing } from '#tracing/start.ts';
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import { answer } from './forwarding-child.ts';

/** What the child is told first, with arguments as `npm run sfu` is given them; its answer is the port of HTTP. */
interface StartQuestion {
  readonly args: readonly string[];
  readonly collectorURL: string;
}

/**
 * What the child may be asked: whether it makes spans from now on, or to `flush`, which is done when all spans have been
 * sent that have ended so far.
 */
export type ServerQuestion = StartQuestion | { readonly isTracing: boolean } | 'flush';

const ignore = () => undefined;
const fail = (why: unknown) => {
  throw why instanceof Error ? why : new Error(String(why));
};
const clock: Clock = {
  now: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;

let isTracing = false;

const switched = (tracer: Tracer): Tracer => {
  const now = () => (isTracing ? tracer : noTracer);
  return {
    start: (name, options) => now().start(name, options),
    span: (name, options, run) => now().span(name, options, run),
    headers: () => now().headers(),
  };
};

async function begin({ args, collectorURL }: StartQuestion): Promise<number> {
  const config = argumentsConfig(args);
  if (config === undefined) throw new Error('the arguments ask for help');
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collectorURL });
  const log = jsonLog(config.logLevel, ignore, () => new Date());
  const complain = (message: string, fields: unknown) => fail(`${message}: ${JSON.stringify(fields)}`);
  const { tracer } = await startTracing({
    env: process.env,
    service: 'bench',
    log: { warn: complain, error: complain },
  });
  const { local } = await startServer({ config, log, audit: ignore, clock, tracer: switched(tracer), onFatal: fail });
  return local.http.port;
}

/**
 * The young garbage is taken away while the spans still live: by itself that comes every sixty joins, in whichever slice,
 * and takes as long as two or three of them. Our own words need no flush: a server sends what is left when it ends.
 */
async function flush(): Promise<void> {
  collectGarbage({ type: 'minor' });
  const provider = trace.getTracerProvider();
  const sdk = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  await (sdk as unknown as { forceFlush(): Promise<void> }).forceFlush();
}

async function respond(question: ServerQuestion) {
  if (question === 'flush') return flush();
  if ('args' in question) return begin(question);
  isTracing = question.isTracing;
  return undefined;
}

answer(respond, () => 0);
