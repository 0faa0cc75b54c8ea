import { setTimeout as sleep } from 'node:timers/promises';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { mostWithin } from '../most-within.ts';
import { quantile } from '../quantile.ts';
import { usedBetween } from './cpu.ts';
import type { Measured } from './phase.ts';
import type { OperatorProcess } from './process.ts';
import { applyRoom, counting, idle, lagMs, namespace, type Scene, startOperator, usedByAll } from './scene.ts';

/** Nothing happens to any room. */
export async function quiet(operator: OperatorProcess, { nodes }: Scene, seconds: number) {
  const before = nodes.askedAtMs().length;
  const end = await counting(operator);
  await sleep(seconds * 1000);
  const spent = await end();
  const asked = nodes.askedAtMs().slice(before);
  const memory = await operator.memoryMB();
  return {
    ...nodes.count(),
    writes: spent.writes,
    reads: spent.reads,
    mostAskedInASecond: mostWithin(asked, 1000),
    askedPerSecond: asked.length / seconds,
    cpuPercent: spent.cpuMs / (seconds * 10),
    rssMB: memory.now,
    peakMB: memory.peak,
    connections: await operator.connections(),
  } satisfies Measured;
}

/** A new operator among rooms that are as they should be. Resolves to it as well. */
export async function restart(scene: Scene, nodeOptions: readonly string[] = []) {
  const { nodes } = scene;
  const usedBefore = await usedByAll(scene);
  const beganMs = performance.now();
  const operator = await startOperator(scene, nodeOptions);
  const { atMs, used } = await idle(scene, operator);
  const seen = await operator.scrape();
  const requests = 'rest_client_requests_total';
  const reads = seen.sum(requests, /method="GET"/);
  const memory = await operator.memoryMB();
  const measured: Measured = {
    rooms: nodes.count().pods,
    syncedMs: operator.syncedMs,
    idleMs: atMs - beganMs,
    reads,
    writes: seen.sum(requests) - reads,
    /** Of each process until the operator was idle. */
    cpuMs: usedBetween(usedBefore, used),
    rssMB: memory.now,
    peakMB: memory.peak,
  };
  return { operator, measured };
}

/** Edits of single rooms while all others are looked at again, which a new operator does and a change of the namespace. */
export async function editsDuringResync(scene: Scene, operator: OperatorProcess, rooms: readonly string[]) {
  const { client } = scene;
  const written = new Map<string, number>();
  const configMaps = reflector<KubeObject>({
    client,
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    onChange: (_key, object, previous) => {
      if (object !== undefined && previous !== undefined) written.set(object.metadata.name, performance.now());
    },
  });
  await configMaps.synced;
  const end = await counting(operator);
  // A room may have been edited before, when there were fewer.
  const among = scene.nodes.count().pods;
  let generation = 0;
  const resync = () =>
    client.request('PATCH', `/api/v1/namespaces/${namespace}`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'bench.liveroom.dev/resync': String(++generation) } } },
    });
  const latencies: number[] = [];
  for (const [i, name] of rooms.entries()) {
    if (i % 20 === 0) await resync();
    // As a person's edit comes: at any moment of it.
    await sleep(25 + ((i * 37) % 50));
    const appliedAt = performance.now();
    await applyRoom(client, name, { play: { maxSubscribers: among + generation } });
    await eventually(`the edit of ${name} is written`, () => written.has(name), 60_000);
    latencies.push((written.get(name) ?? 0) - appliedAt);
  }
  configMaps.stop();
  const lag = await lagMs(operator);
  await idle(scene, operator);
  const spent = await end();
  return {
    rooms: among,
    edits: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    lagMs: lag,
    writes: spent.writes,
    requests: spent.byKind,
  } satisfies Measured;
}
