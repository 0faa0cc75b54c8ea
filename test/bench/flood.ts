/**
 * Whether those who ask for metrics can slow media: latency and loss of packets while nobody asks, while some ask a pod
 * for metrics and statistics as fast as it answers, and while the same ask a bare HTTP server beside it for as many bytes.
 * The third tells what it costs that cores are busy, whoever keeps them so.
 */
import { internalPath } from '#crds/contract.ts';
import type { Figure } from './figure.ts';
import type { Flood } from './flood-child.ts';
import { startChild } from './forwarding-child.ts';
import { type Load, type Measurement, measure } from './forwarding-load.ts';
import { observed } from './forwarding-plane.ts';
import { median, quantile } from './quantile.ts';

const load: Load = { subscribers: 50, packetsPerSecond: 500, payloadBytes: 1200, seconds: 2 };
const connections = 8;
/** Of each kind, by turns. */
const runs = 5;

const kinds = ['quiet', 'flood', 'beside'] as const;
type Kind = (typeof kinds)[number];

/** Takes about a minute. */
export async function floodBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const seen: Record<Kind, Measurement[]> = { quiet: [], flood: [], beside: [] };
  for (let run = 0; run < runs; run++)
    for (const kind of run % 2 === 0 ? kinds : kinds.toReversed()) {
      const { measured, answersPerSecond } = await runOnce(kind);
      seen[kind].push(measured);
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => quantile(measured.latencyMicroseconds, part).toFixed(0));
      const lost = (100 * (1 - measured.deliveredPart)).toFixed(3);
      say(`${kind}: ${p50}/${p95}/${p99} µs, ${lost} % lost, ${answersPerSecond.toFixed(0)} answers a second`);
    }
  return figuresOf(seen);
}

async function runOnce(kind: Kind) {
  const pod = await observed(load);
  const address = await pod.ask<string>('address');
  const bare = await startChild(new URL('./bare-http-child.ts', import.meta.url));
  const flood = await startChild(new URL('./flood-child.ts', import.meta.url));
  try {
    if (kind === 'flood') await flood.ask(atPod(address));
    if (kind === 'beside') await flood.ask(atBare(await bare.ask<string>(await bytesOf(address))));
    const [from, before] = [performance.now(), await flood.usage()];
    const measured = await measure(pod, load);
    const after = await flood.usage();
    const answersPerSecond = ((after.forwarded - before.forwarded) * 1000) / (performance.now() - from);
    return { measured, answersPerSecond };
  } finally {
    await flood.stop();
    await Promise.all([bare.stop(), pod.stop()]);
  }
}

const openMetrics = 'application/openmetrics-text; version=1.0.0';
const atPod = (address: string): Flood => ({
  requests: [
    { url: `${address}${internalPath.metrics}`, accept: 'text/plain' },
    { url: `${address}${internalPath.metrics}`, accept: openMetrics },
    { url: `${address}${internalPath.stats}`, accept: 'application/json' },
  ],
  connections,
});
const atBare = (url: string): Flood => ({ requests: [{ url, accept: '*/*' }], connections });
const bytesOf = async (address: string) =>
  (await (await fetch(`${address}${internalPath.metrics}`)).arrayBuffer()).byteLength;

function figuresOf(seen: Readonly<Record<Kind, readonly Measurement[]>>): readonly Figure[] {
  const latency = (kind: Kind, part: number) =>
    median(seen[kind].map(({ latencyMicroseconds }) => quantile(latencyMicroseconds, part)));
  const against = (kind: Kind, name: string, target?: Figure['target']): readonly Figure[] =>
    [0.5, 0.95, 0.99].map((part) => ({
      name: `latency of forwarding under a flood of scrapes, p${part * 100}`,
      value: latency('flood', part),
      unit: 'µs',
      baseline: { name, value: latency(kind, part) },
      ...(part === 0.95 && target && { target }),
    }));
  return [
    ...against('quiet', 'nobody asks', { timesMore: 2 }),
    ...against('beside', 'a bare server is flooded'),
    {
      name: 'packets lost under a flood of scrapes',
      value: Math.max(...seen.flood.map(({ deliveredPart }) => 100 * (1 - deliveredPart))),
      unit: '%',
      target: { atMost: 0 },
    },
  ];
}
