import { plural } from '#crds/liveroom.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import { aRoom } from '#test/harness/room.ts';
import { type Used, used } from './cpu.ts';
import type { Nodes } from './nodes.ts';
import { type OperatorProcess, type OperatorSurroundings, startOperatorProcess } from './process.ts';
import { requestsByKind } from './scrape.ts';

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

/** Deletes every room there is. */
export const deleteRooms = (client: KubeClient): Promise<unknown> => client.request('DELETE', collection);

/** What the operator has asked for and used between two moments. */
export interface Spent {
  readonly requests: number;
  /** Without watches that were begun anew, which the API server ends every few minutes. */
  readonly reads: number;
  /** Comparisons of what a watch has told with what there is, made every ten minutes or so, each of some reads. */
  readonly comparisons: number;
  readonly writes: number;
  readonly conflicts: number;
  readonly cpuMs: number;
  /** Requests by `METHOD code`. */
  readonly byKind: Readonly<Record<string, number>>;
}

const { name: requests } = operatorMetric.apiRequests;
const { name: watches } = operatorMetric.watchRestarts;
const { name: comparisons } = operatorMetric.comparisons;

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
      // One that has just been begun anew is not answered yet, and no read so far.
      reads: Math.max(0, gets - (after.sum(watches) - before.sum(watches))),
      comparisons: after.sum(comparisons) - before.sum(comparisons),
      writes: all - gets,
      conflicts: more(/code="409"/),
      cpuMs,
      byKind: requestsByKind(before, after),
    };
  };
}

/** The CPU time of all, so far; while there is no operator, that of the others. */
export const usedByAll = (
  { controlPlane }: Pick<Scene, 'controlPlane'>,
  operator?: Pick<OperatorProcess, 'pid'>,
): Promise<Used> =>
  used(new Map([...controlPlane, ...(operator === undefined ? [] : [['operator', operator.pid] as const])]));

/**
 * The 99th percentile, in ms, of how long its event loop took from one look at the clock to the next, the wait that
 * is wanted between them included; since anybody last asked for its metrics.
 */
export const lagMs = async (operator: OperatorProcess): Promise<number> =>
  (await operator.scrape()).sum('nodejs_eventloop_lag_p99_seconds') * 1000;

export const startOperator = ({ surroundings }: Scene, nodeOptions: readonly string[] = []): Promise<OperatorProcess> =>
  startOperatorProcess({ ...surroundings, nodeOptions });

/** A client for the measurements, apart from the stand-in's. */
export const benchClient = (server: string, ca: Buffer, token: string): KubeClient =>
  kubeClient({ server, ca, authorization: async () => `Bearer ${token}` });
