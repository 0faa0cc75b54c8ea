/**
 * Traces in our own words. Only opentelemetry.ts knows the library, which costs half a second and 45 MB, and is not even
 * loaded where nobody wants spans.
 */

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A piece of work. What is said of it after its end is lost. */
export interface Span {
  /** Of the trace that it is a part of, for whoever looks it up; absent where nothing is traced. */
  readonly traceId?: string;
  set(attributes: Attributes): void;
  event(name: string): void;
  /** It did not do what it was for; `why` in a few words. */
  fail(why: string): void;
  end(): void;
}

/** HTTP headers, as Node has them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Whether it answers a request or makes one; by default neither. */
  readonly kind?: 'server' | 'client';
  /**
   * What it is a part of; by default the span that is running. Timers and queues inherit the span in which they were
   * begun, so that what has a life of its own must say `none`.
   */
  readonly parent?: Span | 'none';
  /** What it has to do with without being part of it: another span, or the caller whose headers these are. */
  readonly link?: Span | Headers;
}

export interface Tracer {
  /** A span that the caller ends. */
  start(name: string, options: SpanOptions): Span;
  /** A span around `run`; the spans begun in it become its children. It ends with `run`, as failed if that rejects. */
  span<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T>;
  /** Headers that tell whom we ask of the span that is running: W3C trace context. */
  headers(): Readonly<Record<string, string>>;
}

const noSpan: Span = { set: () => {}, event: () => {}, fail: () => {}, end: () => {} };
const noHeaders = {};

/** Traces nothing. */
export const noTracer: Tracer = {
  start: () => noSpan,
  span: (_name, _options, run) => run(noSpan),
  headers: () => noHeaders,
};
