/**
 * A server while a crowd begins sessions that it never finishes, in the room that is on the air: what those feel who are
 * there, and whether those get in who come for another room, and, when it is over, for this one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Load, measure } from '#test/bench/forwarding-load.ts';
import { serverContender } from '#test/bench/server-contender.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type ServerProcess, serverProcess } from '#test/server/server-process.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { firstHello } from './attacker.ts';
import { counted } from './counted.ts';
import { type Asked, halfOpen } from './half-open.ts';
import { stage } from './siege.ts';

export interface Crowded extends Asked {
  /** Sessions of the crowd's that ended because their time was over, as the server counted them. */
  readonly timedOut: number;
  /** Requests that it refused, and counted. */
  readonly refused: number;
  /** Of packets to the room's viewers. */
  readonly deliveredPart: number;
  /** From the first request of somebody who comes for another room, until connected. */
  readonly othersInMs: readonly number[];
  /** The same, of somebody who comes for this one when the crowd has left off. */
  readonly lateInMs: number;
  readonly rssMB: { readonly before: number; readonly most: number };
  /** At a time, of the crowd's and of those who were let in. */
  readonly mostSessions: number;
  /** When all is over, beside those who were let in. */
  readonly sessionsLeft: number;
}

const rooms = `rooms: [${['stage', 'hall'].map((name) => `{name: ${name}, publish: {codecs: [VP8]}}`).join(', ')}]`;
const hall = '/default/hall';
const load: Load = { subscribers: 2, packetsPerSecond: 100, payloadBytes: 1200, seconds: 1, settleMs: 20_000 };
/** A session that does not get further ends after ten seconds; a minute is for machines that are busy. */
const overWithinMs = 60_000;

export async function crowded(asks: number, say: (text: string) => void): Promise<Crowded> {
  await using held = new AsyncDisposableStack();
  const server = await serverProcess(rooms);
  held.defer(() => server.end());
  const at = { fetch: (path: string, init?: RequestInit) => fetch(server.url(path), init) };
  const origin = server.url('');
  const usage = async () => ({ cpuMicroseconds: 0, forwarded: 0 });
  const witness = await serverContender({ usage }, { origin, room: stage }, load);
  held.defer(() => witness.stop());
  const counts = counted(server);
  const numbers = async () => ({
    ...(await counts()),
    timedOut: await timedOut(server),
    sessions: await sessions(server),
  });
  const before = await numbers();
  /** Until connected, as a client does that is told to come again. */
  const enters = async (room: string, side: 'whip' | 'whep'): Promise<number> => {
    const beganMs = performance.now();
    const client = await joined(() => udpClient(at, `${room}/${side}`));
    await eventually('who is let in connects', client.isConnected);
    held.defer(async () => client.stop());
    return performance.now() - beganMs;
  };

  const crowd = halfOpen(asks, { origin, room: stage, hello: await firstHello(), atOnce: 8 });
  let isOver = false;
  const over = crowd.finally(() => {
    isOver = true;
  });
  const others = (async () => [await enters(hall, 'whip'), await enters(hall, 'whep')])();
  let [mostMB, most] = [before.rssMB, 0];
  let [windows, delivered] = [0, 0];
  for (; !isOver || windows === 0; windows++) {
    delivered += (await measure(witness, load)).deliveredPart;
    const now = await numbers();
    [mostMB, most] = [Math.max(mostMB, now.rssMB), Math.max(most, now.sessions - before.sessions)];
    say(`${mostMB.toFixed(0)} MB and ${most} sessions at most`);
  }
  const { asked, stop } = await over;
  held.defer(async () => stop());
  const [othersInMs, lateInMs] = [await others, await enters(stage, 'whep')];
  const admitted = asked().answers[201] ?? 0;
  const letIn = othersInMs.length + 1;
  await eventually(
    'the crowd has gone',
    async () => {
      const now = await numbers();
      return now.sessions <= before.sessions + letIn && now.timedOut - before.timedOut >= admitted;
    },
    overWithinMs,
  );
  // Anew: of those numbers each is of a moment of its own, and sessions may have ended between them.
  const after = await numbers();
  return {
    ...asked(),
    timedOut: after.timedOut - before.timedOut,
    refused: after.refused - before.refused - admitted,
    ...{ deliveredPart: delivered / windows, othersInMs, lateInMs },
    rssMB: { before: before.rssMB, most: mostMB },
    mostSessions: most,
    sessionsLeft: after.sessions - before.sessions - letIn,
  };
}

const timedOut = async (server: ServerProcess) =>
  (await server.metric('live_requests_refused_total{reason="HandshakeTimeout"}')) ?? 0;
const sessions = async (server: ServerProcess) => (await server.metric('live_debug_objects{type="session"}')) ?? 0;

const comesAgainMs = 500;

/** Asks until it is not told that the server has no place. */
async function joined<T>(join: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await join();
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('503'))) throw error;
      await pause(comesAgainMs);
    }
  }
}
