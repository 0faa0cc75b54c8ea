import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noTracer, type Span, type Tracer } from '#tracing/tracer.ts';
import { isEndless } from './metered.ts';

/** As OpenTelemetry knows them; whatever else a client makes up would be another span's name. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'];

/**
 * A span around each request, named by its route: a path would tell session ids. Whoever calls from outside may say what
 * they like, so that a trace of theirs becomes a link, and they decide neither ours nor whether it is kept.
 *
 * Returns the span of a request, for what is a part of it: handed on as an argument, because what runs in a context of its
 * own keeps that for as long as it lives, and a session's sockets and timers live for hours.
 */
export function httpSpans(app: FastifyInstance, tracer: Tracer): (request: FastifyRequest) => Span | undefined {
  if (tracer === noTracer) return () => undefined;
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook('onRequest', (request, reply, done) => {
    const span = begun(tracer, request);
    spans.set(request, span);
    reply.raw.once('close', () => {
      if (!isEndless(reply)) end(span, reply);
    });
    done();
  });
  app.addHook('onSend', async (request, reply) => {
    if (!isEndless(reply)) return;
    spans.get(request)?.set({ 'http.response.status_code': reply.statusCode });
    spans.get(request)?.end();
  });
  return (request) => spans.get(request);
}

function begun(tracer: Tracer, request: FastifyRequest): Span {
  const { method, headers, protocol } = request;
  const route = request.routeOptions.url;
  const isKnown = methods.includes(method);
  const verb = isKnown ? method : 'HTTP';
  return tracer.start(route === undefined ? verb : `${verb} ${route}`, {
    kind: 'server',
    parent: 'none',
    link: headers,
    attributes: {
      'http.request.method': isKnown ? method : '_OTHER',
      'url.scheme': protocol,
      ...(route !== undefined && { 'http.route': route }),
    },
  });
}

function end(span: Span, { raw, statusCode }: FastifyReply) {
  if (raw.headersSent) span.set({ 'http.response.status_code': statusCode });
  if (!raw.writableFinished) span.fail('the client left');
  else if (statusCode >= 500) span.fail(String(statusCode));
  span.end();
}
