/**
 * A request for a session that another pod of the room has goes on to that one, and its answer comes back: a room's Service
 * may lead to either while one pod takes the place of another. Whether the client may do what it asks is the owner's to
 * say; the asked pod limits how often it is asked to.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Span, Tracer } from '#tracing/tracer.ts';
import type { Asked } from '../access/claims.ts';
import type { HttpMeter } from '../meter.ts';
import { allowance, type Place } from '../peers/allowance.ts';
import { askOwner, type OwnersAnswer } from '../peers/ask-owner.ts';
import {
  answerHeader,
  type Envelope,
  type Headers,
  isProven,
  type PeerSeals,
  requestHeader,
  sealedHead,
} from '../peers/envelope.ts';
import type { Peers } from '../peers/peers.ts';
import type { Owner } from '../peers/session-ids.ts';
import { type Refusal, Refused } from '../room/refusal.ts';
import type { Clock } from '../room/rooms.ts';
import type { Door } from './door.ts';
import { eventsPath } from './session-links.ts';
import { unknownSession } from './unknown-session.ts';

export interface PassOnOptions {
  readonly peers: Pick<Peers, 'ownerOf' | 'isGone' | 'seals'>;
  readonly clock: Clock;
  readonly meter: Pick<HttpMeter, 'passedOn'>;
  readonly tracer: Tracer;
  readonly door: Pick<Door, 'addressOf' | 'limit'>;
  readonly spanOf: (request: FastifyRequest) => Span | undefined;
  /** Whether it comes from another pod. Then it goes no further. */
  readonly isPassedOn: (request: FastifyRequest) => boolean;
}

/**
 * Whether a request for that session, which is none of ours, is another pod's to answer. Then it resolves when there is an
 * answer on its way to the client, or nobody who waits for one. Rejects with {@link Refused}.
 */
export type PassOn = (request: FastifyRequest, reply: FastifyReply, asked: AskedSession) => Promise<boolean>;

export interface AskedSession extends Asked {
  readonly session: string;
}

export function passOn(options: PassOnOptions): PassOn {
  const { peers, meter, isPassedOn } = options;
  const placeOf = places(options);
  return async (request, reply, asked) => {
    const owner = isPassedOn(request) ? undefined : peers.ownerOf(asked.session);
    if (owner === undefined) return false;
    const place = placeOf(request, asked);
    const answered = await ask(owner, request, reply, options);
    meter.passedOn(answered.result);
    if (answered.result === 'Answered') answered.answer.once('close', place.leave);
    else place.leave();
    return tell(answered, request, reply);
  };
}

/** Gives each request a place that it leaves once it is answered. Throws a {@link Refused} where there are too many. */
function places({ clock, door, meter }: PassOnOptions) {
  const allowed = allowance(clock);
  return (request: FastifyRequest, { session, ...asked }: AskedSession): Place => {
    try {
      door.limit(request, asked, 'PassedOn');
      const place = allowed(session, isStream(request));
      if ('leave' in place) return place;
      throw new Refused({ ...tooMany, retryAfterMs: place.retryAfterMs });
    } catch (error) {
      meter.passedOn('TooMany');
      throw error;
    }
  };
}

/** Whether it is answered by events, for as long as somebody reads. */
const isStream = ({ method, routeOptions: { url = '' } }: FastifyRequest): boolean =>
  method === 'GET' && Object.values(eventsPath).some((path) => url.startsWith(path));

async function ask(
  owner: Owner,
  request: FastifyRequest,
  reply: FastifyReply,
  { peers, clock, tracer, door, spanOf }: PassOnOptions,
): Promise<OwnersAnswer> {
  const seals = peers.seals();
  if (seals === undefined) return gone;
  const { method, raw } = request;
  const named = {
    kind: 'client',
    parent: spanOf(request) ?? 'none',
    attributes: { 'http.request.method': method },
  } as const;
  return await tracer.span('session.pass-on', named, async (span) => {
    const left = new AbortController();
    reply.raw.once('close', () => left.abort());
    const envelope = sealedHead(
      {
        method,
        path: raw.url ?? '/',
        headers: { ...only(passedOn, raw), ...tracer.headers() },
        client: door.addressOf(request),
        to: owner.pod,
        atMs: clock.now(),
      },
      seals,
    );
    const headers = { ...only(framing, raw), [requestHeader]: envelope.text };
    const body = Object.keys(only(framing, raw)).length > 0 ? raw : undefined;
    const asked = await askOwner(owner, { method, headers, body }, { clock, left: left.signal });
    const answered = isInVain(asked) && peers.isGone(owner) ? gone : provenOnly(asked, envelope, seals);
    span.set({ outcome: answered.result });
    if (answered.result !== 'Answered') span.fail(answered.result);
    return answered;
  });
}

const gone = { result: 'Gone' } as const;

/** Whether nobody took the connection. Who did so is there, whatever we know of it. */
const isInVain = (asked: OwnersAnswer): boolean => 'isConnected' in asked && !asked.isConnected;

/** Whoever has the owner's address by now is no pod of ours: the session has ended with its pod. */
function provenOnly(asked: OwnersAnswer, { nonce }: Envelope, seals: PeerSeals): OwnersAnswer {
  if (asked.result !== 'Answered') return asked;
  if (isProven(String(asked.answer.headers[answerHeader] ?? ''), nonce, seals)) return asked;
  asked.answer.destroy();
  return gone;
}

/** Throws a {@link Refused} where the owner has not answered. */
function tell(answered: OwnersAnswer, { raw }: FastifyRequest, reply: FastifyReply): true {
  switch (answered.result) {
    case 'Answered': {
      const { answer } = answered;
      // What the owner did not want to read is read by nobody.
      if (!raw.complete) reply.header('connection', 'close');
      reply
        .code(answer.statusCode ?? 502)
        .headers(only(passedBack, answer))
        .send(answer);
      return true;
    }
    case 'Left':
      reply.hijack();
      return true;
    case 'Gone':
      throw new Refused(unknownSession);
    case 'Unreachable':
      throw new Refused(unreachable);
    case 'TimedOut':
      throw new Refused(timedOut);
  }
}

/** Headers that mean something to us, of a client's request and of an owner's answer; those of CORS are made anew. */
const passedOn = ['authorization', 'x-auth-token', 'content-type', 'if-match', 'accept', 'last-event-id'];
const passedBack = [
  'content-type',
  'content-length',
  'cache-control',
  'location',
  'etag',
  'link',
  'allow',
  'accept-patch',
  'retry-after',
  'www-authenticate',
  'x-accel-buffering',
];
/** By which the end of a body is found, if there is one. */
const framing = ['content-length', 'transfer-encoding'];

const only = (names: readonly string[], { headers }: IncomingMessage): Headers =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );

const tooMany: Refusal = {
  reason: 'TooMany',
  detail: 'Another pod has this session, and too many requests are on their way to it. Try again after Retry-After.',
};

const unreachable: Refusal = {
  reason: 'PodUnreachable',
  detail: 'Another pod has this session, and it cannot be reached. If it is gone, make a new session with a POST.',
  retryAfterMs: 1000,
};

const timedOut: Refusal = {
  reason: 'PodTimeout',
  detail: 'Another pod has this session, and it does not answer. If it is gone, make a new session with a POST.',
  retryAfterMs: 1000,
};
