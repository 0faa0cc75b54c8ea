import type { FastifyInstance } from 'fastify';

/**
 * Any page may publish and play: access is by tokens that a page must hold, never by cookies, so a foreign page gains
 * nothing by being let in.
 */
export const onEveryAnswer = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Location, Link, ETag, Retry-After, WWW-Authenticate',
};

/** What a browser asks before it sends what a page wants sent; it never carries a token. */
export const onPreflight = {
  'access-control-allow-methods': 'POST, PATCH, DELETE, GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, If-Match, Link, X-Auth-Token',
  'access-control-max-age': '86400',
};

/** Adds the headers that let pages of other origins read every answer, errors too. */
export function allowOrigins(app: FastifyInstance) {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(onEveryAnswer);
    done(null, payload);
  });
}
