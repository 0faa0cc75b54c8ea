import {
  type Context,
  context,
  DiagLogLevel,
  diag,
  type Span as OtelSpan,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { version } from '#crds/contract.ts';
import type { Attributes, Headers, Span, SpanOptions, Tracer } from './tracer.ts';

/** What the library has to say: that spans are lost, or that a variable means nothing. */
export interface OpenTelemetryLog {
  readonly warn: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Starts the SDK with what it finds in the process's environment. `stop` sends what is left; it may take its time. */
export function openTelemetry({ warn, error }: OpenTelemetryLog): { tracer: Tracer; stop: () => Promise<void> } {
  const sdk = new NodeSDK();
  const ignored = () => {};
  diag.setLogger(
    { error, warn, info: ignored, debug: ignored, verbose: ignored },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  sdk.start();
  return { tracer: tracer(), stop: () => sdk.shutdown() };
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

function tracer(): Tracer {
  const source = trace.getTracer('liveroom', version);
  const begin = (name: string, options: SpanOptions): readonly [Traced, Context] => {
    const { attributes = {}, kind = 'internal', parent, link } = options;
    const at = parentContext(parent);
    const links = linksTo(link);
    const span = source.startSpan(name, { attributes: copied(attributes), kind: kinds[kind], links }, at);
    return [new Traced(span), trace.setSpan(at, span)];
  };
  return {
    start: (name, options) => begin(name, options)[0],
    span: async (name, options, run) => {
      const [span, inside] = begin(name, options);
      try {
        return await context.with(inside, () => run(span));
      } catch (error) {
        span.fail(error instanceof Error ? error.message : String(error));
        throw error;
      } finally {
        span.end();
      }
    },
    headers: () => {
      const headers = {};
      propagation.inject(context.active(), headers);
      return headers;
    },
  };
}

class Traced implements Span {
  readonly #span: OtelSpan;
  constructor(span: OtelSpan) {
    this.#span = span;
  }
  set(attributes: Attributes) {
    this.#span.setAttributes(copied(attributes));
  }
  event(name: string) {
    this.#span.addEvent(name);
  }
  fail(why: string) {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: why });
  }
  end() {
    this.#span.end();
  }
  get context() {
    return this.#span.spanContext();
  }
  within(outer: Context): Context {
    return trace.setSpan(outer, this.#span);
  }
}

function parentContext(parent: SpanOptions['parent']): Context {
  if (parent === undefined) return context.active();
  return parent instanceof Traced ? parent.within(ROOT_CONTEXT) : ROOT_CONTEXT;
}

/** No link where the headers name no trace. */
function linksTo(link: SpanOptions['link']) {
  const found =
    link instanceof Traced
      ? link.context
      : link && trace.getSpanContext(propagation.extract(ROOT_CONTEXT, link as Headers));
  return found === undefined ? [] : [{ context: found }];
}

/** The library wants lists that it may write to. */
const copied = (attributes: Attributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
