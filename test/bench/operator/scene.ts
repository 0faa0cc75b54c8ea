import { setTimeout as sleep } from 'node:timers/promises';
import { plural } from '#crds/liveroom.ts';
import { type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aRoom } from '#test/harness/room.ts';
import { type Used, used } from './cpu.ts';
import type { Nodes } from './nodes.ts';
import { type OperatorProcess, type OperatorSurroundings, type Scrape, startOperatorProcess } from './process.ts';

/** What the measurements have in common: a cluster with nodes in name only, and an operator that can be started anew. */
export interface Scene {
  readonly client: KubeClient;
  readonly nodes: Nodes;
  readonly surroundings: Omit<OperatorSurroundings, 'nodeOptions'>;
  /** Processes of the control plane, by name. */
  readonly controlPlane: ReadonlyMap<string, number>;
  readonly say: (text: string) => void;
}

/** All rooms are in one namespace: what a namespace has once looks at all of them. */
export const namespace = 'bench';

const collection = `/apis/liveroom.dev/v1alpha1/namespaces/${namespace}/${plural}`;

/** As `kubectl apply --server-side` does. */
export const applyRoom = (client: KubeClient, name: string, spec: object = {}): Promise<unknown> =>
  client.request('PATCH', `${collection}/${name}`, {
    query: { fieldManager: 'bench', force: true },
    contentType: 'application/apply-patch+yaml',
    body: aRoom(name, spec, namespace),
  });

/** All of them. */
export const deleteRooms = (client: KubeClient): Promise<unknown> => client.request('DELETE', collection);

/** What the operator has asked for and used between two moments. */
export interface Spent {
  readonly requests: number;
  /** Without watches that were begun anew, which the API server ends every few minutes. */
  readonly reads: number;
  readonly writes: number;
  readonly conflicts: number;
  readonly cpuMs: number;
  /** Requests by `METHOD code`. */
  readonly byKind: Readonly<Record<string, number>>;
}

const requests = 'rest_client_requests_total';
const watches = 'liveroom_operator_watch_restarts_total';

/**
 * Begins to count; what it returns ends that, and takes the CPU time that the operator had used when there was nothing more
 * to count, by default now.
 */
export async function counting(operator: OperatorProcess): Promise<(cpuMs?: number) => Promise<Spent>> {
  const [before, cpuBefore] = [await operator.scrape(), await operator.cpuMs()];
  return async (cpuAfter) => {
    const cpuMs = (cpuAfter ?? (await operator.cpuMs())) - cpuBefore;
    const after = await operator.scrape();
    const more = (labels?: RegExp) => after.sum(requests, labels) - before.sum(requests, labels);
    const [all, gets] = [more(), more(/method="GET"/)];
    return {
      requests: all,
      reads: gets - (after.sum(watches) - before.sum(watches)),
      writes: all - gets,
      conflicts: more(/code="409"/),
      cpuMs,
      byKind: byKind(more),
    };
  };
}

const codes = ['200', '201', '404', '409', '429', '500', '<error>'];

const byKind = (more: (labels: RegExp) => number): Record<string, number> =>
  Object.fromEntries(
    ['GET', 'POST', 'PATCH', 'DELETE']
      .flatMap((method) =>
        codes.map((code) => [`${method} ${code}`, more(new RegExp(`code="${code}",method="${method}"`))] as const),
      )
      .filter(([, count]) => count > 0),
  );

/** The CPU time of all, so far; while there is no operator, that of the others. */
export const usedByAll = ({ controlPlane }: Scene, operator?: OperatorProcess): Promise<Used> =>
  used(new Map([...controlPlane, ...(operator === undefined ? [] : [['operator', operator.pid] as const])]));

/**
 * The 99th percentile, in ms, of how long its event loop took from one look at the clock to the next, which 10 ms are
 * wanted for; since anybody last asked for its metrics.
 */
export const lagMs = async (operator: OperatorProcess): Promise<number> =>
  (await operator.scrape()).sum('nodejs_eventloop_lag_p99_seconds') * 1000;

/** When an operator was last seen to have something to do, and what had been used by then. */
export interface Busy {
  readonly atMs: number;
  readonly used: Used;
}

/** Waits until the operator has nothing to do and asks the API server for nothing more. To see that takes seconds, and CPU. */
export async function idle(scene: Scene, operator: OperatorProcess, deadlineMs = 600_000): Promise<Busy> {
  let asked = -1;
  const isBusy = (seen: Scrape) => {
    const now = seen.sum(requests);
    const was = asked;
    asked = now;
    return now > was || seen.sum('workqueue_depth') > 0 || seen.sum('controller_runtime_active_workers') > 0;
  };
  const look = async (): Promise<Busy> => ({ atMs: performance.now(), used: await usedByAll(scene, operator) });
  let last = await look();
  let busy = last;
  await eventually(
    'the operator is idle',
    async () => {
      const now = await look();
      const isAtWork = load(last, now) > 0.6;
      last = now;
      // Not asked while it has its hands full: to tell its metrics would be a good part of what it does.
      if (isAtWork || isBusy(await operator.scrape())) busy = now;
      else await sleep(150);
      return performance.now() - busy.atMs > quietMs;
    },
    deadlineMs,
  );
  return busy;
}

/** How much of a core the operator used between two looks. */
const load = (before: Busy, after: Busy): number =>
  ((after.used['operator'] ?? 0) - (before.used['operator'] ?? 0)) / (after.atMs - before.atMs);

/** Longer than between two rounds of asking the pods: what they say may be news. */
const quietMs = 7_000;

export const startOperator = ({ surroundings }: Scene, nodeOptions: readonly string[] = []): Promise<OperatorProcess> =>
  startOperatorProcess({ ...surroundings, nodeOptions });

/** A client for the measurements, apart from the stand-in's. */
export const benchClient = (server: string, ca: Buffer, token: string): KubeClient =>
  kubeClient({ server, ca, authorization: async () => `Bearer ${token}` });
