import type { FastifyReply } from 'fastify';
import type { Refusal, RefusalReason } from '../room/refusal.ts';

/** Status and title of each refusal. The type is `urn:liveroom:problem:` and the reason in lower case with hyphens. */
const problems: Readonly<Record<RefusalReason, readonly [status: number, title: string]>> = {
  UnknownRoom: [404, 'No such room'],
  UnknownSession: [404, 'No such session'],
  UnknownPath: [404, 'No such path'],
  Unauthorized: [401, 'The right token is needed'],
  Forbidden: [403, 'The token does not allow this'],
  LockedOut: [429, 'Too many wrong tokens'],
  KeysUnavailable: [503, 'Tokens cannot be checked'],
  TooMany: [429, 'Too many requests'],
  Overloaded: [503, 'Too many are on their way in'],
  Busy: [503, 'The server is busy'],
  Draining: [503, 'This server is going'],
  NotReady: [503, 'This server is not ready'],
  PublisherExists: [409, 'Somebody is publishing already'],
  NoPublisher: [409, 'Nobody is publishing'],
  RoomFull: [403, 'The room is full'],
  MalformedOffer: [400, 'Not an SDP offer'],
  UnusableOffer: [422, 'The offer cannot be answered'],
  NotAcceptable: [406, 'No codec that both sides have'],
  MalformedFragment: [400, 'Not a fragment of SDP'],
  UnusableFragment: [422, 'The session cannot be changed so'],
  UnusableLayer: [422, 'Not a layer that can be sent'],
  PreconditionRequired: [428, 'If-Match is needed'],
  PreconditionFailed: [412, 'Not the ETag of now'],
  UnsupportedMediaType: [415, 'Not the type of body that is needed'],
  TooLarge: [413, 'The body is too large'],
  HeadTooLarge: [431, 'The head is too large'],
  TooSlow: [408, 'The request takes too long'],
  MethodNotAllowed: [405, 'Method not allowed'],
  PodUnreachable: [503, 'The pod with the session cannot be reached'],
  PodTimeout: [504, 'The pod with the session does not answer'],
  BadRequest: [400, 'Bad request'],
  Internal: [500, 'Internal error'],
};

export const statusOf = (reason: RefusalReason): number => problems[reason][0];

/** Of each answer with a problem. */
export const problemHeaders = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };

/** A refusal as problem details (RFC 9457), in JSON. */
export function problemText({ reason, detail }: Refusal): string {
  const [status, title] = problems[reason];
  const type = `urn:liveroom:problem:${reason.replaceAll(/(?!^)[A-Z]/g, '-$&').toLowerCase()}`;
  return JSON.stringify({ type, title, status, detail });
}

/** Answers with a refusal as problem details. */
export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { reason, retryAfterMs } = refusal;
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  return reply.code(statusOf(reason)).headers(problemHeaders).send(problemText(refusal));
}
