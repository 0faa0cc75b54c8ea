import {
  type Context,
  context,
  DiagLogLevel,
  diag,
  type Attributes as OtelAttributes,
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

export interface OpenTelemetryOptions {
  /** Told that a variable means nothing, for instance. */
  readonly warn: (text: string) => void;
  /** Told why spans were lost. */
  readonly error: (text: string) => void;
  /** Whether the attributes of HTTP are written by their former names too. */
  readonly withOldNames: boolean;
}

/** Starts the SDK with what it finds in the process's environment. `stop` sends what is left; it may take its time. */
export function openTelemetry({ warn, error, withOldNames }: OpenTelemetryOptions) {
  const sdk = new NodeSDK();
  const ignored = () => {};
  diag.setLogger(
    { error, warn, info: ignored, debug: ignored, verbose: ignored },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  sdk.start();
  return { tracer: tracer(withOldNames ? dated : current), stop: () => sdk.shutdown() };
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

function tracer(named: Naming): Tracer {
  const source = trace.getTracer('liveroom', version);
  const begin = (name: string, options: SpanOptions, at: Context): Traced => {
    const { attributes = {}, kind = 'internal', link } = options;
    const links = linksTo(link);
    return new Traced(source.startSpan(name, { attributes: named(attributes), kind: kinds[kind], links }, at), named);
  };
  return {
    start: (name, options) => begin(name, options, parentContext(options.parent)),
    span: async (name, options, run) => {
      const at = parentContext(options.parent);
      const span = begin(name, options, at);
      try {
        return await context.with(span.within(at), () => run(span));
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
  readonly #named: Naming;
  constructor(span: OtelSpan, named: Naming) {
    this.#span = span;
    this.#named = named;
  }
  get traceId(): string {
    return this.#span.spanContext().traceId;
  }
  set(attributes: Attributes) {
    this.#span.setAttributes(this.#named(attributes));
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

type Naming = (attributes: Attributes) => OtelAttributes;

/** The library takes its own copy, though its types would let it write to our lists. */
const current: Naming = (attributes) => attributes as OtelAttributes;

const oldNames: Readonly<Record<string, string>> = {
  'http.request.method': 'http.method',
  'http.response.status_code': 'http.status_code',
  'url.scheme': 'http.scheme',
};

const dated: Naming = (attributes) => {
  const now = current(attributes);
  const old = Object.entries(now).flatMap(([name, value]) => (oldNames[name] ? [[oldNames[name], value]] : []));
  return { ...now, ...Object.fromEntries(old) };
};
