/** A session's own URL, the `Location` of its answer (RFC 9725 section 4.2): how its client changes its ICE, and ends it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refused } from '../room/refusal.ts';
import { onPreflight } from './cors.ts';
import { endpointUrl } from './endpoint.ts';
import { iceTag } from './entity-tag.ts';
import { type GuardOptions, guards, notAllowed, type Request } from './guards.ts';
import { fragmentType, icePatch } from './ice-patch.ts';
import { unknownSession } from './unknown-session.ts';

const allow = 'PATCH, DELETE, GET, HEAD, OPTIONS';

/** Routes of one role's sessions. */
export function sessionResource(app: FastifyInstance, options: GuardOptions) {
  const { role, endpoints } = options;
  const { limited, here, authorized, found, owned } = guards(options);
  const path = `${endpointUrl(role)(':namespace', ':room')}/:session`;

  app.patch(path, { onRequest: [limited, here, authorized, found, owned] }, async (request: Request, reply) => {
    const { headers, body, params } = request;
    const now = endpoints.ice(params.session);
    if (now === undefined) throw new Refused(unknownSession);
    const { status, action, fragment } = icePatch(
      {
        contentType: headers['content-type'],
        ifMatch: headers['if-match'],
        body: typeof body === 'string' ? body : undefined,
      },
      now,
    );
    // Candidates need not be kept: the client's checks show where it is (RFC 8445 section 2.5, ICE-lite).
    if (action === 'Trickle') return reply.code(status).send();
    const restarted = endpoints.restartIce(params.session, fragment);
    if (restarted === undefined) throw new Refused(unknownSession);
    return reply.code(status).header('etag', iceTag(restarted.localUfrag)).type(fragmentType).send(restarted.fragment);
  });
  // Whatever tag it sends: it is the session that ends, not one ICE session of it.
  app.delete(path, { onRequest: [limited, here, authorized, found, owned] }, async (request: Request, reply) => {
    endpoints.end(request.params.session);
    return reply.code(200).send();
  });
  const look = async (_request: Request, reply: FastifyReply) => reply.code(204).send();
  app.route({ url: path, method: ['GET', 'HEAD'], onRequest: [here, found], handler: look });
  app.options(path, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...onPreflight, allow, 'accept-patch': fragmentType })
      .send(),
  );
  notAllowed(app, path, allow, ['PUT', 'POST'], [here, found]);
}
