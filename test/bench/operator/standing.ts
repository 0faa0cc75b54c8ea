import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { mostWithin } from '../most-within.ts';
import { quantile } from '../quantile.ts';
import { othersPercent, usedBetween } from './cpu.ts';
import { idle, isAtWork, lookedAtAll } from './idle.ts';
import type { Ended } from './phase.ts';
import type { OperatorProcess } from './process.ts';
import { applyRoom, counting, lagMs, namespace, type Scene, startOperator, usedByAll } from './scene.ts';

/** Nothing happens to any room for so long. */
export async function quiet(operator: OperatorProcess, { nodes }: Scene, seconds: number) {
  const before = nodes.asked().length;
  const end = await counting(operator);
  await sleep(seconds * 1000);
  const spent = await end();
  const asked = nodes.asked().slice(before);
  return {
    ...nodes.count(),
    writes: spent.writes,
    reads: spent.reads,
    comparisons: spent.comparisons,
    mostAskedInASecond: mostWithin(
      asked.map(({ atMs }) => atMs),
      1000,
    ),
    cpuPercent: spent.cpuMs / (seconds * 10),
    rssMB: await operator.memoryMB(),
  };
}

/**
 * A new operator among so many rooms, all of which are as they should be; resolves to it as well. What it asks of the API server
 * is counted until it has asked each pod once, too: that is news, for which it looks at the pod's room again.
 */
export async function restart(scene: Scene, rooms: number, nodeOptions: readonly string[]) {
  const { nodes } = scene;
  const askedBefore = nodes.asked().length;
  const podsAsked = () =>
    new Set(
      nodes
        .asked()
        .slice(askedBefore)
        .map(({ address }) => address),
    ).size;
  const usedBefore = await usedByAll(scene);
  const beganMs = performance.now();
  const operator = await startOperator(scene, nodeOptions);
  const { atMs, used } = await lookedAtAll(scene, operator, rooms);
  await eventually('each pod has been asked', () => podsAsked() >= rooms, 600_000);
  await idle(scene, operator);
  const seen = await operator.scrape();
  const { name: requests } = operatorMetric.apiRequests;
  const reads = seen.sum(requests, /method="GET"/);
  const cpuMs = usedBetween(usedBefore, used);
  const measured = {
    rooms,
    syncedMs: operator.syncedMs,
    idleMs: atMs - beganMs,
    reads,
    writes: seen.sum(requests) - reads,
    /** Of each process until the operator was idle. */
    cpuMs,
    othersPercent: othersPercent(cpuMs, atMs - beganMs, cpus().length),
  };
  return { operator, measured, endedAtMs: atMs };
}

/** Edits of single rooms while all others are looked at again, as a new operator does, and after a change of the namespace. */
export async function editsDuringResync(
  scene: Scene,
  operator: OperatorProcess,
  rooms: readonly string[],
): Promise<Ended> {
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
  const usedBefore = await usedByAll(scene, operator);
  const startedAt = performance.now();
  // A room may have been edited before, when there were fewer.
  const among = scene.nodes.count().pods;
  let generation = 0;
  const resync = () =>
    client.request('PATCH', `/api/v1/namespaces/${namespace}`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'bench.liveroom.dev/resync': `${among}-${++generation}` } } },
    });
  const latencies: number[] = [];
  for (const [i, name] of rooms.entries()) {
    // As a person's edit comes, at any moment: of a resync that goes on, else of one that begins.
    if (!(await isAtWork(scene, operator, 30 + ((i * 7) % 20)))) await resync();
    const appliedAt = performance.now();
    await applyRoom(client, name, { play: { maxSubscribers: among + generation } });
    latencies.push((await eventually(`the edit of ${name} is written`, () => written.get(name), 60_000)) - appliedAt);
  }
  configMaps.stop();
  const lag = await lagMs(operator);
  const { atMs, used } = await idle(scene, operator);
  const spent = await end();
  const measured = {
    rooms: among,
    /** Of each process until the operator was idle, and how long that took. */
    cpuMs: usedBetween(usedBefore, used),
    tookMs: atMs - startedAt,
    edits: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    slowestMs: Math.max(...latencies),
    lagMs: lag,
    writes: spent.writes,
    requests: spent.byKind,
  };
  return { measured, endedAtMs: atMs };
}
