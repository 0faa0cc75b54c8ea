/** What traces cost a join, and a packet: the CPU of a process that sends them, beside that of one that makes none. */
import { eventually } from '#test/harness/eventually.ts';
import { tokens } from '#test/server/running.ts';
import { type ServerProcess, serverProcess } from '#test/server/server-process.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { receiver } from '#test/tracing/receiver.ts';
import type { Figure } from './figure.ts';
import { quantile } from './quantile.ts';
import { tracedPath } from './traced-path.ts';

const rooms = 'rooms: [{name: stage, publish: {codecs: [VP8, Opus]}}]\ndrain: {timeoutMs: 1000}';
/** Both servers by turns, so that whatever else the machine does meets both. */
const rounds = 20;
/** Until V8 has compiled what makes and sends spans, as it has in a server that has been up for a minute. */
const warmUps = 10;
const joinsPerRound = 50;

export async function tracingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const collector = await receiver();
  const plain = await serverProcess(rooms);
  const traced = await serverProcess(rooms, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL });
  const costs = { plain: [] as number[], traced: [] as number[] };
  for (let round = -warmUps; round < rounds; round++) {
    say(round < 0 ? 'tracing: warming up' : `tracing: round ${round + 1} of ${rounds}`);
    const turns = [
      { server: plain, into: costs.plain },
      { server: traced, into: costs.traced },
    ];
    for (const { server, into } of round % 2 === 0 ? turns : turns.toReversed()) {
      const ms = await joinMs(server);
      if (round >= 0) into.push(ms);
    }
  }
  await eventually('the spans have come', () => collector.spans.length > rounds * joinsPerRound);
  await Promise.all([plain.end(), traced.end()]);
  const path = await tracedPath(collector.grpcURL, say);
  await collector.stop();
  return [
    ...path,
    {
      name: 'CPU of a join, with traces',
      value: undisturbed(costs.traced),
      unit: 'ms',
      baseline: { name: 'without', value: undisturbed(costs.plain) },
      target: { timesMore: 1.05 },
    },
  ];
}

/** What else runs on the machine makes a join dearer, never cheaper. */
const undisturbed = (costs: readonly number[]) => quantile(costs, 0.25);

/** Milliseconds of the server's CPU for one viewer that comes, connects and leaves. */
async function joinMs(server: ServerProcess): Promise<number> {
  const at = { fetch: (path: string, init?: RequestInit) => fetch(server.url(path), init) };
  const remove = (location: string, token: string) =>
    at.fetch(location, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
  const publisher = await udpClient(at, '/default/stage/whip');
  await eventually('the publisher is connected', publisher.isConnected);
  const before = await cpuMs(server);
  const join = async () => {
    const viewer = await udpClient(at, '/default/stage/whep');
    await eventually('the viewer is connected', viewer.isConnected);
    await remove(viewer.location, tokens.play);
    viewer.stop();
  };
  // At once, so that what a server costs by merely being there hardly counts.
  await Promise.all(Array.from({ length: joinsPerRound }, join));
  const after = await cpuMs(server);
  await remove(publisher.location, tokens.publish);
  publisher.stop();
  return (after - before) / joinsPerRound;
}

const cpuMs = async (server: ServerProcess) =>
  ((await server.metric('process_cpu_seconds_total')) ?? Number.NaN) * 1000;
