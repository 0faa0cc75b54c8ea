import type { FastifyReply } from 'fastify';

/** `Link` headers (RFC 8288), a line each, where there are any. */
export function tellLinks(reply: FastifyReply, links: readonly string[]): void {
  if (links.length > 0) reply.header('link', links);
}
