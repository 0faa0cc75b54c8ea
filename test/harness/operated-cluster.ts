import { label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import { startCluster } from '#local/cluster.ts';
import { absentIfNotFound, isStatus } from '#operator/cluster/client/api-error.ts';
import { type ClientConfig, kubeClient } from '#operator/cluster/client/client.ts';
import { collectionPath, objectPath } from '#operator/cluster/client/paths.ts';
import type { Pod } from '#operator/kube.ts';
import { eventually } from './eventually.ts';
import { type Kubectl, kubectl } from './kubectl.ts';
import { addNode, apply, patchStatus, readyPod } from './node-in-name.ts';
import { type OperatorSettings, type RunningOperator, startOperator } from './operator.ts';
import { aRoom } from './room.ts';

/**
 * A real API server with real controllers, a node in name only, and the operator in this process. Nothing runs the pods:
 * a test says what a kubelet would.
 */
export interface OperatedCluster {
  readonly kube: Kubectl;
  readonly kubeconfigFile: string;
  /** The same access. */
  readonly server: ClientConfig;
  /** What each pod answers the operator, by its name. */
  readonly stats: Map<string, PodStats>;
  /** Starts an operator with full rights, or as an account; `tidy` stops it. */
  start(
    settings?: Omit<OperatorSettings, 'kubeconfigFile' | 'stats'> & { readonly as?: ClientConfig },
  ): Promise<RunningOperator>;
  /** The rights of a ServiceAccount. */
  account(name: string, namespace: string): Promise<ClientConfig>;
  /** One more node, which is given up when 40 s have passed. */
  addNode(name: string): Promise<unknown>;
  /** Makes a namespace that lasts until `tidy`. */
  namespace(name: string, labels?: Record<string, string>): Promise<string>;
  room(name: string, namespace: string): Promise<LiveRoom | undefined>;
  pods(namespace: string): Promise<readonly Pod[]>;
  /** Those that are not being deleted. */
  staying(namespace: string): Promise<readonly Pod[]>;
  /** Waits until a room has the condition `type=status/reason`, and resolves to its message. */
  says(room: string, namespace: string, condition: string): Promise<string>;
  /** Waits for a pod that the scheduler has placed, and makes it Ready; `answer` is what it says of its room. */
  runOrigin(namespace: string, answer?: Partial<PodStats['rooms'][number]>): Promise<Pod>;
  /** Adds to a pod's status what a kubelet would. */
  report(pod: Pod, status: object): Promise<unknown>;
  tidy(): Promise<void>;
  stop(): Promise<void>;
}

/** What is not watched, such as others' Secrets, is looked at every ten seconds or less often. */
const saysWithinMs = 60_000;

export async function operatedCluster(crd = 'crds/liveroom.yaml'): Promise<OperatedCluster> {
  const cluster = await startCluster({ node: false, manifests: [crd] });
  const client = kubeClient(cluster.clientConfig);
  const end = async () => {
    await client.close();
    await cluster.stop();
  };
  const beat = await addNode(client, 'node-1').catch(async (error) => {
    await end();
    throw error;
  });
  // A node that is not heard of for 40 s is given up.
  const heart = setInterval(() => void beat().catch(() => undefined), 10_000);
  const kube = kubectl(cluster.kubectlFile, cluster.kubeconfigFile, cluster.clientConfig);
  const stats = new Map<string, PodStats>();
  const namespaces: string[] = [];
  const operators: RunningOperator[] = [];
  const stopAll = () => Promise.all(operators.splice(0).map((operator) => operator.stop()));

  const room: OperatedCluster['room'] = (name, at) =>
    client.request<LiveRoom>('GET', objectPath(aRoom(name, {}, at))).catch(absentIfNotFound);
  const pods = async (at: string) => (await client.request<{ items: Pod[] }>('GET', podsOf(at))).items;
  const staying = async (at: string) => (await pods(at)).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const report: OperatedCluster['report'] = (pod, status) =>
    patchStatus(client, { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata }, status);

  async function tidy(): Promise<void> {
    await stopAll();
    stats.clear();
    const query = { gracePeriodSeconds: 0 };
    for (const name of namespaces.splice(0)) {
      await client.request('DELETE', podsOf(name), { query });
      await client.request('DELETE', objectPath(aNamespace(name))).catch(absentIfNotFound);
    }
  }

  return {
    kube,
    kubeconfigFile: cluster.kubeconfigFile,
    server: cluster.clientConfig,
    stats,
    room,
    pods,
    staying,
    tidy,
    addNode: (name) => addNode(client, name),
    async start({ as, ...settings } = {}) {
      const operator = await startOperator({ ...settings, kubeconfigFile: as ?? cluster.clientConfig, stats });
      operators.push(operator);
      return operator;
    },
    async account(name, at) {
      const token = (await kube.run(['create', 'token', name, '-n', at])).trim();
      return { ...cluster.clientConfig, authorization: async () => `Bearer ${token}` };
    },
    async namespace(name, labels = {}) {
      await apply(client, aNamespace(name, labels));
      namespaces.push(name);
      // Pods are refused until there is one.
      await client.request('POST', `${objectPath(aNamespace(name))}/serviceaccounts`, { body: account }).catch(present);
      return name;
    },
    says: (name, at, wanted) =>
      eventually(
        `room ${name} says ${wanted}`,
        async () => {
          const { conditions = [] } = (await room(name, at))?.status ?? {};
          return conditions.find(({ type, status, reason }) => `${type}=${status}/${reason}` === wanted)?.message;
        },
        saysWithinMs,
      ),
    async runOrigin(at, answer = {}) {
      const pod = await eventually('a scheduled pod', async () =>
        (await staying(at)).find(({ spec, status }) => spec.nodeName !== undefined && status?.podIP === undefined),
      );
      const { name, labels = {} } = pod.metadata;
      const said = { namespace: at, name: labels[label.room] ?? '', subscribers: 0, ...answer };
      stats.set(name, { version: '0.1.0', draining: false, rooms: [said] });
      await report(pod, readyPod());
      return pod;
    },
    report,
    async stop() {
      clearInterval(heart);
      await stopAll();
      await end();
    },
  };
}

const aNamespace = (name: string, labels: Record<string, string> = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Namespace' },
  metadata: { name, labels },
});
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
const present = (error: unknown): void => {
  if (!isStatus(error, 409)) throw error;
};
const podsOf = (namespace: string): string => collectionPath({ apiVersion: 'v1', kind: 'Pod' }, namespace);
