/**
 * What traces cost a join: the CPU of a server that makes and sends spans in one slice of time, beside that of the same
 * server in the slices before and after, when it makes none. Two processes of the same code differ by a tenth for as long
 * as they live, so it is one. That viewers leave again is not measured.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '#test/harness/eventually.ts';
import { tokens } from '#test/server/running.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import type { Receiver } from '#test/tracing/receiver.ts';
import { estimate, ratios } from './estimate.ts';
import type { Figure } from './figure.ts';
import { type Child, startChild } from './forwarding-child.ts';
import { median } from './quantile.ts';
import type { ServerQuestion } from './traced-server-child.ts';

const rooms = 'rooms: [{name: stage, publish: {codecs: [VP8, Opus]}}]';
const script = new URL('./traced-server-child.ts', import.meta.url);

type Slice = 'plain' | 'traced' | 'control';
/** All orders in turns, so that what slowly changes, and what one slice leaves to the next, meets all alike. */
const orders: readonly (readonly Slice[])[] = [
  ['plain', 'traced', 'control'],
  ['control', 'traced', 'plain'],
  ['traced', 'control', 'plain'],
  ['plain', 'control', 'traced'],
  ['control', 'plain', 'traced'],
  ['traced', 'plain', 'control'],
];
/** Milliseconds of CPU for a join, in each slice. */
type Costs = Record<Slice, number[]>;
/** A round is a slice of each. There are as many as it takes to know the figure within so much, and then no more. */
const rounds = { atLeast: 40, atMost: 150 };
const wantedHalfWidth = 0.015;
/** Until V8 has compiled what makes and sends spans, as it has in a server that has been up for some minutes. */
const warmUps = 12;
/** So many at once that what a server costs by merely being there hardly counts. */
const joinsAtOnce = 50;
/**
 * About as many as come in a second. What has gathered is sent after each second, and at the end of a slice besides:
 * sending takes some two milliseconds, however little it is that is sent.
 */
const joinsPerSlice = 100;
/** The request that comes in, and the session that it makes. */
const spansPerJoin = 2;

interface Stage {
  readonly server: Child;
  readonly publisher: UdpClient;
  readonly collector: Receiver;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Resolves to the figure, and to a control: slices that differ in nothing. */
export async function tracedJoins(collector: Receiver, say: (text: string) => void): Promise<readonly Figure[]> {
  const costs: Costs = { traced: [], plain: [], control: [] };
  await onStage(collector, async (stage) => {
    say('tracing: joins, warming up');
    for (let round = -warmUps; round < rounds.atMost && !isKnown(costs); round++) {
      if (round === 0) say(`tracing: joins, ${rounds.atLeast} to ${rounds.atMost} rounds of ${joinsPerSlice * 3}`);
      for (const slice of orders[(round + warmUps) % orders.length] ?? []) {
        const ms = await joinMs(stage, slice === 'traced');
        if (round >= 0) costs[slice].push(ms);
      }
    }
  });
  const figures = { unit: 'ms', baseline: { name: 'without', value: median(costs.plain) } } as const;
  const { traced, control } = compared(costs);
  return [
    {
      ...{ name: 'CPU of a join, with traces', value: median(costs.traced), times: traced, ...figures },
      target: { timesMore: 1.05 },
    },
    { name: 'CPU of a join, without, as a control', value: median(costs.control), times: control, ...figures },
  ];
}

/** Slices with spans beside both of their neighbours, and the neighbours beside each other. */
function compared({ traced, plain, control }: Costs) {
  const around = plain.map((cost, round) => (cost + (control[round] ?? Number.NaN)) / 2);
  return { traced: estimate(ratios(traced, around)), control: estimate(ratios(control, plain)) };
}

function isKnown(costs: Costs): boolean {
  if (costs.plain.length < rounds.atLeast) return false;
  const { low, high } = compared(costs).traced;
  return (high - low) / 2 <= wantedHalfWidth;
}

async function onStage(collector: Receiver, play: (stage: Stage) => Promise<void>): Promise<void> {
  await using held = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-bench-'));
  held.defer(() => rm(dir, { recursive: true }));
  const roomsFile = join(dir, 'rooms.yaml');
  await writeFile(roomsFile, rooms);
  const ports = ['--http', '--internal', '--media'].flatMap((option) => [option, '127.0.0.1:0']);
  const secrets = ['--publish-token', tokens.publish, '--play-token', tokens.play];
  // All of them come from one address.
  const limits = ['--joins-per-address', '0'];
  const server = await startChild(script);
  held.defer(() => server.stop());
  const port = await server.ask<number>({
    args: [roomsFile, ...ports, ...secrets, ...limits],
    collectorURL: collector.grpcURL,
  } satisfies ServerQuestion);
  const at = { fetch: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init) };
  const publisher = await udpClient(at, '/default/stage/whip', { isSilent: true });
  held.defer(() => publisher.stop());
  await eventually('the publisher is connected', publisher.isConnected);
  await play({ server, publisher, collector, ...at });
}

/** Milliseconds of the server's CPU for one viewer that comes and connects, and for sending what is told of it. */
async function joinMs(stage: Stage, isTracing: boolean): Promise<number> {
  const { server, publisher, collector } = stage;
  // Or it would count as gone.
  publisher.sendKeyFrame();
  await server.ask({ isTracing } satisfies ServerQuestion);
  const came = collector.spans.length;
  const before = await server.usage();
  const viewers: UdpClient[] = [];
  while (viewers.length < joinsPerSlice)
    viewers.push(...(await Promise.all(Array.from({ length: joinsAtOnce }, () => joined(stage)))));
  await server.ask('flush' satisfies ServerQuestion);
  const wanted = came + (isTracing ? joinsPerSlice * spansPerJoin : 0);
  await eventually('the spans of the joins have come', () => collector.spans.length >= wanted);
  const after = await server.usage();
  if (collector.spans.length > wanted) throw new Error('there are spans that nobody wanted: nothing was measured');
  await server.ask({ isTracing: false } satisfies ServerQuestion);
  await Promise.all(viewers.map((viewer) => leave(stage, viewer)));
  return (after.cpuMicroseconds - before.cpuMicroseconds) / 1000 / joinsPerSlice;
}

async function joined(at: Stage): Promise<UdpClient> {
  const viewer = await udpClient(at, '/default/stage/whep', { isSilent: true });
  await eventually('the viewer is connected', viewer.isConnected);
  return viewer;
}

async function leave(at: Stage, viewer: UdpClient): Promise<void> {
  viewer.stop();
  await at.fetch(viewer.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.play}` } });
}
