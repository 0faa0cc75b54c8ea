/**
 * A server that is attacked from all sides while a room is on the air: one publisher and its viewers, who hear whether each
 * packet comes, and how late; and an attacker who is a viewer of that room, too, and listens to the network.
 */
import { type ServerContender, serverContender } from '#test/bench/server-contender.ts';
import type { ServerProcess } from '#test/server/server-process.ts';
import { type Attacker, attacker, withFeedback } from './attacker.ts';

const rooms = ['stage', 'wings'].map((name) => `{name: ${name}, publish: {codecs: [VP8]}}`);
export const roomsOfSiege = `rooms: [${rooms.join(', ')}]`;
export const stage = '/default/stage';

export interface Siege extends Attacker {
  /** The room that should not feel it. */
  readonly witness: ServerContender;
}

const payloadBytes = 1200;

export async function siege(server: ServerProcess, random: () => number, subscribers: number): Promise<Siege> {
  const usage = async () => ({
    cpuMicroseconds: 1e6 * ((await server.metric('process_cpu_seconds_total')) ?? 0),
    forwarded: (await server.metric('live_rtp_packets_total{room="stage"}')) ?? 0,
  });
  const origin = server.url('');
  const clients = { subscribers, payloadBytes };
  const witness = await serverContender({ usage }, { origin, room: stage }, clients, withFeedback);
  const publisher = { socket: witness.publisher.socket, captured: witness.lastPublished };
  const { stop, ...one } = await attacker({ origin, room: stage, ownRoom: '/default/wings', random, publisher });
  return {
    ...{ ...one, witness },
    stop: async () => {
      await stop();
      await witness.stop();
    },
  };
}
