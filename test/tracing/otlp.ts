import { bytesAt, type Fields, numberAt, protobuf, textAt } from './protobuf.ts';

/** Spans as opentelemetry/proto/trace/v1/trace.proto of OTLP 1.x has them. */

export type Value = string | boolean | number | readonly Value[];
export type Values = Readonly<Record<string, Value>>;

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Values;
  readonly events: readonly string[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
  readonly resource: Values;
}

/** The spans of an ExportTraceServiceRequest. */
export const spansOf = (request: Buffer): readonly ReceivedSpan[] =>
  bytesAt(protobuf(request), 1).flatMap((resourceSpans) => {
    const fields = protobuf(resourceSpans);
    const resource = attributes(bytesAt(fields, 1).flatMap((message) => bytesAt(protobuf(message), 1)));
    return bytesAt(fields, 2)
      .flatMap((scopeSpans) => bytesAt(protobuf(scopeSpans), 2))
      .map((span) => ({ ...read(protobuf(span)), resource }));
  });

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const codes = ['unset', 'ok', 'error'] as const;

function read(span: Fields): Omit<ReceivedSpan, 'resource'> {
  const [status = Buffer.alloc(0)] = bytesAt(span, 15);
  return {
    name: textAt(span, 5),
    traceId: id(span, 1),
    spanId: id(span, 2),
    parentSpanId: id(span, 4),
    kind: kinds[Number(numberAt(span, 6))] ?? 'unspecified',
    startMs: Number(numberAt(span, 7) / 1000n) / 1000,
    endMs: Number(numberAt(span, 8) / 1000n) / 1000,
    attributes: attributes(bytesAt(span, 9)),
    events: bytesAt(span, 11).map((event) => textAt(protobuf(event), 2)),
    links: bytesAt(span, 13).map((link) => ({ traceId: id(protobuf(link), 1), spanId: id(protobuf(link), 2) })),
    status: { code: codes[Number(numberAt(protobuf(status), 3))] ?? 'unset', message: textAt(protobuf(status), 2) },
  };
}

const id = (fields: Fields, number: number) => bytesAt(fields, number)[0]?.toString('hex') ?? '';

const attributes = (pairs: readonly Buffer[]): Values =>
  Object.fromEntries(
    pairs.map((pair) => [textAt(protobuf(pair), 1), value(bytesAt(protobuf(pair), 2)[0] ?? Buffer.alloc(0))]),
  );

function value(message: Buffer): Value {
  const fields = protobuf(message);
  if (fields.has(2)) return numberAt(fields, 2) === 1n;
  if (fields.has(3)) return Number(BigInt.asIntN(64, numberAt(fields, 3)));
  if (fields.has(4)) return new Float64Array(new BigUint64Array([numberAt(fields, 4)]).buffer)[0] ?? 0;
  const [list] = bytesAt(fields, 5);
  return list === undefined ? textAt(fields, 1) : bytesAt(protobuf(list), 1).map(value);
}
