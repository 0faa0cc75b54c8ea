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
  onHints: ignore,
  onLayers: ignore,
  onHeld: ignore,
  onClosed: ignore,
  onThreadRefused: ignore,
  onSlower: ignore,
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

let isTracing = false;
let tracing: Promise<void> | undefined;

/** Four viewers come in a second while it traces; what many cost is told by what spans cost a join. */
async function trace({ collectorURL, isTracing: wanted }: TraceQuestion): Promise<void> {
  tracing ??= startSpans(collectorURL);
  await tracing;
  isTracing = wanted;
}

async function startSpans(collectorURL: string): Promise<void> {
  // Sent soon, so that they are not sent when it traces no more.
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collectorURL, OTEL_BSP_SCHEDULE_DELAY: '50' };
  Object.assign(process.env, env);
  const { tracer } = await startTracing({ env: process.env, service: 'bench', log: { warn: ignore, error: fail } });
  const join = () => tracer.span('request', {}, () => tracer.span('session', {}, async () => {}));
  setInterval(() => isTracing && join(), 250);
}

answer(
  (question: PlaneQuestion | TraceQuestion) => ('clients' in question ? begin(question) : trace(question)),
  async () => (await plane.snapshot()).rooms[planeRoom]?.sentPackets ?? 0,
  () => (cpuOf === 'process' ? ofProcess() : ofThread('media')),
);
