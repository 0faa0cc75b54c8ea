/**
 * Whole clients that join a room, in a process of their own: each makes an offer, checks its path and shakes hands by
 * werift, which takes it more than the server.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { type Certificate, certificate } from '#test/server/dtls-client.ts';
import { type Running, tokens } from '#test/server/running.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import { answer } from './forwarding-child.ts';

/** Where a room is: `http://…` and `/namespace/room`. */
export interface Place {
  readonly origin: string;
  readonly room: string;
}

export type JoiningQuestion =
  /** Publishes, without sending anything: without a publisher nobody may join. */
  | { readonly publishIn: Place }
  /** Those who publish send a packet, now and every half minute: a server ends after two minutes who sends no media. */
  | 'send now and then'
  /** So many more come, and stay. Answered when all are connected. */
  | { readonly join: number; readonly atOnce: number; readonly in: Place }
  /** They come at that pace, and leave once they are connected. Answered with how many were, a second, until the last. */
  | { readonly perSecond: number; readonly seconds: number; readonly in: Place }
  /** Those who stay leave. Answered when the server has let all of them go. */
  | 'leave';

/** Chromium's time between checks of a path that is good. Each viewer has its own moment. */
const checkEveryMs = 2500;
const checkTurns = 50;
const sendEveryMs = 30_000;
/** As many as a server is asked to let go at once. */
const leavingAtOnce = 20;

interface Present {
  readonly at: Pick<Running, 'fetch'>;
  readonly client: UdpClient;
}

const publishers: Present[] = [];
const viewers: Present[] = [];
let owns: Certificate | undefined;

async function come({ origin, room }: Place, side: 'whip' | 'whep'): Promise<Present> {
  const at: Present['at'] = { fetch: (path, init) => fetch(`${origin}${path}`, init) };
  // One for all, as a browser has one for weeks.
  owns ??= await certificate();
  const client = await udpClient(at, `${room}/${side}`, { owns, isSilent: true });
  await eventually('the client is connected', client.isConnected);
  return { at, client };
}

async function leave({ at, client }: Present): Promise<void> {
  client.stop();
  await at.fetch(client.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.play}` } });
}

async function join(count: number, atOnce: number, place: Place): Promise<void> {
  for (let left = count; left > 0; left -= atOnce) {
    const group = Array.from({ length: Math.min(left, atOnce) }, () => come(place, 'whep'));
    viewers.push(...(await Promise.all(group)));
  }
}

async function flow(perSecond: number, seconds: number, place: Place): Promise<number> {
  const beganMs = performance.now();
  const connected: Promise<unknown>[] = [];
  for (let i = 0; i < perSecond * seconds; i++) {
    const leftMs = beganMs + (1000 * i) / perSecond - performance.now();
    if (leftMs > 0) await pause(leftMs);
    connected.push(come(place, 'whep').then(leave));
  }
  await Promise.all(connected);
  return (1000 * connected.length) / (performance.now() - beganMs);
}

async function leaveAll(): Promise<void> {
  while (viewers.length > 0) await Promise.all(viewers.splice(0, leavingAtOnce).map(leave));
}

const sendAll = (): void => publishers.forEach(({ client }) => void client.sendKeyFrame());

async function respond(question: JoiningQuestion): Promise<unknown> {
  if (question === 'leave') return leaveAll();
  if (question === 'send now and then') {
    sendAll();
    setInterval(sendAll, sendEveryMs).unref();
    return undefined;
  }
  if ('publishIn' in question) return void publishers.push(await come(question.publishIn, 'whip'));
  if ('join' in question) return join(question.join, question.atOnce, question.in);
  return flow(question.perSecond, question.seconds, question.in);
}

let checkTurn = 0;
setInterval(() => {
  checkTurn = (checkTurn + 1) % checkTurns;
  for (const [i, { client }] of [...publishers, ...viewers].entries()) if (i % checkTurns === checkTurn) client.check();
}, checkEveryMs / checkTurns);

answer(respond, () => 0);
