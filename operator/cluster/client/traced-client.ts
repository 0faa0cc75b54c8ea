import type { Tracer } from '#tracing/tracer.ts';
import type { KubeClient } from './client.ts';
import { pathTemplate } from './paths.ts';

/** The client with a span around each request, watches excepted. The API server is told of it, and can go on with it. */
export const tracedClient = (client: KubeClient, tracer: Tracer): KubeClient => ({
  ...client,
  request: (method, path, options = {}) => {
    const template = pathTemplate(path);
    const attributes = { 'http.request.method': method, 'url.template': template };
    return tracer.span(`${method} ${template}`, { kind: 'client', attributes }, (span) =>
      client.request(method, path, {
        ...options,
        headers: { ...options.headers, ...tracer.headers() },
        onStatus(status) {
          span.set({ 'http.response.status_code': status });
          options.onStatus?.(status);
        },
      }),
    );
  },
});
