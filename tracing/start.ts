import { tracingEnvironment } from './environment.ts';
import { seldom } from './seldom.ts';
import { noTracer, type Tracer } from './tracer.ts';

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, for at most 5 s. Never rejects. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** The process's own, where the SDK looks for its settings: what it is to find there is added. */
  readonly env: NodeJS.ProcessEnv;
  /** `service.name`, unless the environment says another. */
  readonly service: string;
  readonly log: { readonly warn: LogLine; readonly error: LogLine };
  readonly now?: () => number;
}
type LogLine = (message: string, fields: Readonly<Record<string, unknown>>) => void;

const stopTimeoutMs = 5_000;
/** A collector that is away would otherwise be complained about each second. */
const complainEveryMs = 60_000;

/** Traces, if the environment says where to: otherwise nothing of OpenTelemetry is loaded. */
export async function startTracing({ env, service, log, now = Date.now }: TracingOptions): Promise<Tracing> {
  const wanted = tracingEnvironment(env, service);
  if (wanted === undefined) return { tracer: noTracer, stop: async () => {} };
  Object.assign(env, wanted);
  const { openTelemetry } = await import('./opentelemetry.ts');
  const complain = seldom(
    (text: string) => log.error('spans could not be sent', { error: message(text) }),
    complainEveryMs,
    now,
  );
  const warn = seldom((text: string) => log.warn('OpenTelemetry warns', { warning: text }), complainEveryMs, now);
  const { tracer, stop } = openTelemetry({
    warn,
    error: complain,
    withOldNames: /\bhttp\/dup\b/.test(env['OTEL_SEMCONV_STABILITY_OPT_IN'] ?? ''),
  });
  return {
    tracer,
    stop: async () => {
      const tooLate = Promise.withResolvers<'late'>();
      const timer = setTimeout(() => tooLate.resolve('late'), stopTimeoutMs);
      const outcome = await Promise.race([stop().catch((error: Error) => complain(error.message)), tooLate.promise]);
      clearTimeout(timer);
      if (outcome === 'late') complain(`the last ones were not taken within ${stopTimeoutMs} ms`);
    },
  };
}

/** The SDK writes errors as JSON, with their stacks. */
function message(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
