/** Where a viewer chooses among the encodings that the publisher sends (WHEP's extension for layers). */
import type { FastifyInstance } from 'fastify';
import { Refused } from '../room/refusal.ts';
import { onPreflight } from './cors.ts';
import { type GuardOptions, guards, notAllowed, type Request } from './guards.ts';
import { mediaType } from './media-type.ts';
import { layerPath } from './session-links.ts';
import { notLayer } from './wanted-events.ts';

const allow = 'POST, OPTIONS';

export function layerResource(app: FastifyInstance, options: Omit<GuardOptions, 'role'>) {
  const { limited, here, authorized, found, owned } = guards({ ...options, role: 'subscriber' });
  app.post(
    layerPath,
    { onRequest: [limited, here, authorized, found, owned] },
    async ({ body, headers, params }: Request, reply) => {
      if (typeof body !== 'string' || mediaType(headers['content-type']) !== 'application/json')
        throw new Refused(notLayer);
      options.endpoints.chooseLayer(params.session, body);
      return reply.code(200).send();
    },
  );
  app.options(layerPath, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...onPreflight, allow })
      .send(),
  );
  notAllowed(app, layerPath, allow, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'], [here, found]);
}
