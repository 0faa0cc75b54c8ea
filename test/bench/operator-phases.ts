import { setTimeout as sleep } from 'node:timers/promises';
import { annotation } from '#crds/contract.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { cpuMs, type OperatorProcess } from './operator-process.ts';
import { applyRoom, counting, idle, namespace, type Scene, type Spent, startOperator } from './operator-scene.ts';
import { quantile } from './quantile.ts';

/** What one measurement gave; durations in ms, memory in MB. */
export type Measured = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** Rooms one after the other at a pace, each from its apply to its pod, on a machine with little else to do. */
export async function paced(scene: Scene, operator: OperatorProcess, rooms: readonly string[]): Promise<Measured> {
  const { client, nodes } = scene;
  const end = await counting(operator);
  const appliedAt = new Map<string, number>();
  const startedAt = performance.now();
  for (const [i, name] of rooms.entries()) {
    await sleep(Math.max(0, startedAt + i * 100 - performance.now()));
    appliedAt.set(name, performance.now());
    await applyRoom(client, name);
  }
  await allReady(scene, rooms);
  const spent = await end((await idle(operator)).cpuMs);
  const latencies = rooms.map((name) => (nodes.madeAtMs(`${namespace}/${name}`) ?? 0) - (appliedAt.get(name) ?? 0));
  return {
    rooms: rooms.length,
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    ...perRoom(spent, rooms.length),
  };
}

const perRoom = (spent: Spent, rooms: number) => ({
  requestsPerRoom: spent.requests / rooms,
  conflictsPerRoom: spent.conflicts / rooms,
  cpuMsPerRoom: spent.cpuMs / rooms,
  lagMs: spent.lagMs,
  requests: spent.byKind,
});

/** How long a step with so many rooms may take on a machine with much else to do. */
const longestMs = (rooms: number): number => 900_000 + rooms * 200;

/** All at once, as fast as the API server takes them. */
export async function burst(scene: Scene, operator: OperatorProcess, rooms: readonly string[]): Promise<Measured> {
  const { client, nodes, controlPlane } = scene;
  const end = await counting(operator);
  const before = nodes.count().pods;
  const cpuBefore = await cpuOf(controlPlane);
  const ownBefore = await operator.cpuMs();
  const startedAt = performance.now();
  let mostConnections = 0;
  const rest = rooms.values();
  const apply = async () => {
    for (const name of rest) await applyRoom(client, name);
  };
  await Promise.all(Array.from({ length: 16 }, apply));
  const appliedMs = performance.now() - startedAt;
  await eventually(
    'all pods exist',
    async () => {
      mostConnections = Math.max(mostConnections, await operator.connections());
      return nodes.count().pods >= before + rooms.length;
    },
    longestMs(rooms.length),
  );
  const podsMs = performance.now() - startedAt;
  const cpuAfter = await cpuOf(controlPlane);
  const cpu = Object.fromEntries([...cpuAfter].map(([name, ms]) => [name, ms - (cpuBefore.get(name) ?? 0)]));
  const own = (await operator.cpuMs()) - ownBefore;
  await allReady(scene, rooms);
  const readyMs = performance.now() - startedAt;
  const spent = await end((await idle(operator)).cpuMs);
  return {
    rooms: rooms.length,
    appliedMs,
    podsMs,
    readyMs,
    connections: mostConnections,
    /** Of each process until all pods existed. */
    cpuMs: { ...cpu, operator: own },
    ...perRoom(spent, rooms.length),
  };
}

async function cpuOf(processes: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
  const pairs = [...processes].map(async ([name, pid]) => [name, await cpuMs(pid)] as const);
  return new Map(await Promise.all(pairs));
}

/** Nothing happens to any room. */
export async function quiet(operator: OperatorProcess, { nodes }: Scene, seconds: number): Promise<Measured> {
  const asked = nodes.asked();
  const end = await counting(operator);
  await sleep(seconds * 1000);
  const spent = await end();
  const memory = await operator.memoryMB();
  return {
    ...nodes.count(),
    writes: spent.writes,
    reads: spent.reads,
    askedPerSecond: (nodes.asked() - asked) / seconds,
    cpuPercent: spent.cpuMs / (seconds * 10),
    lagMs: spent.lagMs,
    rssMB: memory.now,
    peakMB: memory.peak,
    connections: await operator.connections(),
  };
}

/** A new operator among rooms that are as they should be. Resolves to it as well. */
export async function restart(scene: Scene, former: OperatorProcess) {
  await former.stop();
  const { nodes } = scene;
  const beganMs = performance.now();
  const operator = await startOperator(scene);
  const idleMs = (await idle(operator)).atMs - beganMs;
  const seen = await operator.scrape();
  const requests = 'rest_client_requests_total';
  const reads = seen.sum(requests, /method="GET"/);
  const memory = await operator.memoryMB();
  const measured: Measured = {
    rooms: nodes.count().pods,
    syncedMs: operator.syncedMs,
    idleMs,
    reads,
    writes: seen.sum(requests) - reads,
    cpuMs: await operator.cpuMs(),
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
  await idle(operator);
  const spent = await end();
  return {
    rooms: among,
    edits: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    lagMs: spent.lagMs,
    writes: spent.writes,
    requests: spent.byKind,
  } satisfies Measured;
}

async function allReady({ nodes }: Scene, rooms: readonly string[]): Promise<void> {
  await eventually(
    `${rooms.length} rooms have pods that are ready and know their ${annotation.mediaAddress}`,
    () => {
      const { pods, ready } = nodes.count();
      return pods === ready && rooms.every((name) => nodes.madeAtMs(`${namespace}/${name}`) !== undefined);
    },
    longestMs(rooms.length),
  );
}
