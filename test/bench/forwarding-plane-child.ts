/** The media plane as the server runs it, in a thread of its own. */
import { startMediaPlane } from '#server/media/thread.ts';
import { answer } from './forwarding-child.ts';
import { addClients, type PlaneQuestion, planeRoom } from './forwarding-clients.ts';

const ignore = () => undefined;
const fail = (error: Error) => {
  throw error;
};
const events = {
  onDtls: ignore,
  onConnected: ignore,
  onMedia: ignore,
  onFirstFrame: ignore,
  onClosed: ignore,
  onFailure: fail,
};
const plane = await startMediaPlane({ address: '127.0.0.1', port: 0, events });

async function begin({ clients }: PlaneQuestion): Promise<number> {
  addClients(plane, clients);
  await plane.ping();
  return plane.local.port;
}

answer(begin, async () => (await plane.snapshot()).rooms[planeRoom]?.sentPackets ?? 0);
