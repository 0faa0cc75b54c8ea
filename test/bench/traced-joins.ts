/**
 * What traces cost a join: the CPU of a server that sends them, beside that of one that makes none. Two processes of the
 * same code differ for as long as they live, so there are several of each, one after the other, and a second server without
 * traces shows how much that is.
 */
import { eventually } from '#test/harness/eventually.ts';
import { tokens } from '#test/server/running.ts';
import { type ServerProcess, serverProcess } from '#test/server/server-process.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { estimate, ratios } from './estimate.ts';
import type { Figure } from './figure.ts';
import { median } from './quantile.ts';

const rooms = 'rooms: [{name: stage, publish: {codecs: [VP8, Opus]}}]\ndrain: {timeoutMs: 1000}';
const lives = 6;
const rounds = 5;
/** Until V8 has compiled what makes and sends spans, as it has in a server that has been up for a minute. */
const warmUps = 8;
const joinsPerRound = 50;

/** Takes about a minute and a half. Resolves to the figure and its control. */
export async function tracedJoins(collectorURL: string, say: (text: string) => void): Promise<readonly Figure[]> {
  const plain: number[] = [];
  const control: number[] = [];
  const traced: number[] = [];
  for (let life = 0; life < lives; life++) {
    say(`tracing: joins, processes ${life + 1} of ${lives}`);
    const turns = [
      { server: await serverProcess(rooms), into: plain },
      { server: await serverProcess(rooms), into: control },
      { server: await serverProcess(rooms, { OTEL_EXPORTER_OTLP_ENDPOINT: collectorURL }), into: traced },
    ];
    for (let round = -warmUps; round < rounds; round++) {
      // To and fro, so that whatever else the machine does meets all of them.
      for (const { server, into } of round % 2 === 0 ? turns : turns.toReversed()) {
        const ms = await joinMs(server);
        if (round >= 0) into.push(ms);
      }
    }
    await Promise.all(turns.map(({ server }) => server.end()));
  }
  const figure = (costs: readonly number[]) => ({
    value: median(costs),
    unit: 'ms' as const,
    baseline: { name: 'without', value: median(plain) },
    times: estimate(ratios(costs, plain)),
  });
  return [
    { name: 'CPU of a join, with traces', ...figure(traced), target: { timesMore: 1.05 } },
    { name: 'CPU of a join, without, as a control', ...figure(control) },
  ];
}

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
