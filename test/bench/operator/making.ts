import { setTimeout as sleep } from 'node:timers/promises';
import { annotation } from '#crds/contract.ts';
import { eventually } from '#test/harness/eventually.ts';
import { quantile } from '../quantile.ts';
import { usedBetween } from './cpu.ts';
import { idle } from './idle.ts';
import type { Ended } from './phase.ts';
import type { OperatorProcess } from './process.ts';
import { applyRoom, counting, deleteRooms, lagMs, namespace, type Scene, type Spent, usedByAll } from './scene.ts';

export interface Making {
  readonly operator: OperatorProcess;
  /** Names of the rooms that are made. */
  readonly rooms: readonly string[];
  /** What the operator uses for those that are there, in percent of a core: no part of what new ones cost. */
  readonly cpuPercentBefore: number;
}

/** Rooms one after the other, 10 a second. */
export async function paced(scene: Scene, making: Making): Promise<Ended> {
  const { operator, rooms } = making;
  const end = await counting(operator);
  const usedBefore = await usedByAll(scene, operator);
  const startedAt = performance.now();
  const latencies = await applied(scene, rooms, 100);
  const { atMs, used } = await idle(scene, operator);
  const spent = await end(used['operator']);
  const measured = {
    rooms: rooms.length,
    ...latencies,
    /** Of each process until the operator was idle. */
    cpuMs: usedBetween(usedBefore, used),
    ...perRoom(spent, making, atMs - startedAt),
  };
  return { measured, endedAtMs: atMs };
}

/** Rooms a second apart, so that each has the machine to itself. */
export async function single(scene: Scene, operator: OperatorProcess, rooms: readonly string[]): Promise<Ended> {
  const latencies = await applied(scene, rooms, 1000);
  const { atMs } = await idle(scene, operator);
  return { measured: { rooms: rooms.length, ...latencies }, endedAtMs: atMs };
}

/** Makes rooms at a pace. Resolves, when all are ready, to how long each took from its apply to its pod. */
async function applied(scene: Scene, rooms: readonly string[], everyMs: number) {
  const startedAt = performance.now();
  const appliedAtMs: number[] = [];
  for (const [i, name] of rooms.entries()) {
    await sleep(Math.max(0, startedAt + i * everyMs - performance.now()));
    appliedAtMs.push(performance.now());
    await applyRoom(scene.client, name);
  }
  await allReady(scene, rooms);
  const took = rooms.map((name, i) => madeAtMs(scene, name) - (appliedAtMs[i] ?? Number.NaN));
  return { p50Ms: quantile(took, 0.5), p95Ms: quantile(took, 0.95) };
}

function madeAtMs({ nodes }: Scene, name: string): number {
  const atMs = nodes.madeAtMs(`${namespace}/${name}`);
  if (atMs === undefined) throw new Error(`the pod of ${name} was never seen`);
  return atMs;
}

const perRoom = (spent: Spent, { rooms, cpuPercentBefore }: Making, tookMs: number) => ({
  requestsPerRoom: spent.requests / rooms.length,
  conflictsPerRoom: spent.conflicts / rooms.length,
  /** The CPU time of the operator until it was idle, and how long that took. */
  operatorMs: spent.cpuMs,
  tookMs,
  cpuPercentBefore,
  requests: spent.byKind,
});

/** How long a step with so many rooms may take on a machine with much else to do. */
const longestMs = (rooms: number): number => 900_000 + rooms * 200;

/** All at once, as fast as the API server takes them. */
export async function burst(scene: Scene, making: Making): Promise<Ended> {
  const { operator, rooms } = making;
  const { client, nodes } = scene;
  const end = await counting(operator);
  const before = nodes.count().pods;
  const usedBefore = await usedByAll(scene, operator);
  const startedAt = performance.now();
  let mostConnections = 0;
  const rest = rooms.values();
  const apply = async () => {
    for (const name of rest) await applyRoom(client, name);
  };
  await Promise.all(Array.from({ length: 16 }, apply));
  await eventually(
    'all pods exist',
    async () => {
      mostConnections = Math.max(mostConnections, await operator.connections());
      return nodes.count().pods >= before + rooms.length;
    },
    longestMs(rooms.length),
  );
  const podsMs = performance.now() - startedAt;
  const untilPods = usedBetween(usedBefore, await usedByAll(scene, operator));
  await allReady(scene, rooms);
  const lag = await lagMs(operator);
  const { atMs, used } = await idle(scene, operator);
  const spent = await end(used['operator']);
  const measured = {
    before,
    rooms: rooms.length,
    podsMs,
    lagMs: lag,
    connections: mostConnections,
    /** Of each process until all pods existed. */
    cpuMs: untilPods,
    ...perRoom(spent, making, atMs - startedAt),
  };
  return { measured, endedAtMs: atMs };
}

/** Leaves no room. */
export async function clear(scene: Scene, operator: OperatorProcess): Promise<void> {
  await deleteRooms(scene.client);
  await eventually('no pod is left', () => scene.nodes.count().pods === 0, 600_000);
  await idle(scene, operator);
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
