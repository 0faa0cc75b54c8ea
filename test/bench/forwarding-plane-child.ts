/** The media plane as the server runs it, in a thread of its own. */
import { startMediaPlane } from '#server/media/thread.ts';
import { startTracing } from '#tracing/start.ts';
import { answer, ofProcess, ofThread } from './forwarding-child.ts';
import { addClients, type PlaneQuestion, planeRoom, type TraceQuestion } from './forwarding-clients.ts';

const ignore = () => undefined;
const fail = (error: unknown) => {
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

let cpuOf: PlaneQuestion['cpuOf'] = 'process';

async function begin({ clients, cpuOf: wanted }: PlaneQuestion): Promise<number> {
  cpuOf = wanted;
  addClients(plane, clients);
  await plane.ping();
  return plane.local.port;
}

/** A viewer comes each second; what spans cost when many come is told by what they cost a join. */
async function trace({ collectorURL }: TraceQuestion): Promise<void> {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collectorURL;
  const { tracer } = await startTracing({ env: process.env, service: 'bench', log: { warn: ignore, error: fail } });
  setInterval(() => tracer.span('request', {}, () => tracer.span('session', {}, async () => {})), 1000);
}

answer(
  (question: PlaneQuestion | TraceQuestion) => ('clients' in question ? begin(question) : trace(question)),
  async () => (await plane.snapshot()).rooms[planeRoom]?.sentPackets ?? 0,
  () => (cpuOf === 'process' ? ofProcess() : ofThread('media')),
);
