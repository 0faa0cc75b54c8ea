/** The media plane as the server runs it, in a thread of its own. */
import { startMediaPlane } from '#server/media/thread.ts';
import { answer } from './forwarding-child.ts';
import type { PlaneClient } from './forwarding-plane.ts';

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

async function addClients(clients: readonly PlaneClient[]): Promise<number> {
  for (const { spec, keys, publishes, subscribes } of clients) {
    plane.addTransport(spec);
    plane.setKeys(spec.id, keys);
    if (publishes) plane.publish(spec.id, room, [publishes]);
    if (subscribes) plane.subscribe(spec.id, room, [subscribes]);
  }
  await plane.ping();
  return plane.local.port;
}

const room = 'room';
answer(addClients, async () => (await plane.snapshot()).rooms[room]?.sentPackets ?? 0);
