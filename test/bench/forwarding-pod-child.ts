/** The media plane as the server runs it, in a process that others can ask for metrics. */
import { scrapeTurns } from '#server/http/turns.ts';
import { answer } from './forwarding-child.ts';
import { addClients, type PlaneQuestion, planeRoom } from './forwarding-clients.ts';
import { podNamespace, settingsOf, startPod } from './pod.ts';

/** As long as the server does. */
const reuseMs = 250;

const settings = [settingsOf(planeRoom.slice(`${podNamespace}/`.length))];
const pod = await startPod({ settings, sessions: 0, reuseMs, rate: scrapeTurns });

async function begin({ clients }: PlaneQuestion): Promise<number> {
  addClients(pod.media, clients);
  for (const { spec, publishes } of clients) {
    if (publishes === undefined) pod.all.subscribe(planeRoom, spec.id);
    else pod.all.publish(planeRoom, spec.id, undefined);
    pod.all.connected(planeRoom, spec.id);
  }
  await pod.media.ping();
  return pod.media.local.port;
}

answer(
  (question: PlaneQuestion | 'address') => (question === 'address' ? pod.address : begin(question)),
  async () => (await pod.media.snapshot()).rooms[planeRoom]?.sentPackets ?? 0,
);
