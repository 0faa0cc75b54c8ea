import { setTimeout as sleep } from 'node:timers/promises';
import { annotation, label, port } from '#crds/contract.ts';
import { roomMetric } from '#crds/room-metrics.ts';
import { type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import { collectionPath, objectPath } from '#operator/cluster/client/paths.ts';
import type { Pod } from '#operator/kube.ts';
import { launchChromium } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { publishTestPicture, shown, watch } from '#test/harness/pages.ts';
import { processesNaming } from '#test/harness/processes.ts';
import { startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { programOf } from './program.ts';

export interface MediaOutage {
  /** Frames that a viewer was shown per second, and video packets that it lost. */
  readonly framesPerSecond: number;
  readonly lostPackets: number;
  /** Whether the pod is the one of before. */
  readonly isSamePod: boolean;
  readonly since: Recovery;
}

/** In milliseconds from when the API server goes on. */
export interface Recovery {
  /** It says that it is ready and answers a question: it has returned. */
  readonly returnedMs: number;
  /** It took an edit. */
  readonly editedMs: number;
  /** The operator has written the edit to the room's ConfigMap and told the pod so: its part is done. */
  readonly writtenMs: number;
  /** The pod goes by it: the kubelet has heard of both, and the server has read the file. */
  readonly heardMs: number;
}

/**
 * A room on the local cluster, published and watched in a real Chromium, while the API server is stopped: for operator and
 * node alike it no longer answers.
 */
export async function mediaOutage(forMs: number, say: (text: string) => void = () => undefined): Promise<MediaOutage> {
  await using held = new AsyncDisposableStack();
  const product = await startProduct();
  held.defer(() => product.stop());
  const { kube, cluster } = product;
  const client = kubeClient(cluster.clientConfig);
  held.defer(() => client.close());
  const browser = await launchChromium();
  held.defer(() => browser.close());

  await kube.apply(aRoom('keynote'));
  await kube.run(['wait', '--for=condition=Ready', 'liveroom/keynote', '--timeout=60s']);
  const urls = await product.urls('keynote');
  await publishTestPicture(browser, urls);
  const player = await watch(browser, urls);
  const origin = await podOf(client);
  const server = await programOf(await processesNaming(cluster.dir), 'kube-apiserver');

  say(`the API server is stopped for ${forMs / 1000} s`);
  const before = (await shown(player)).stats;
  process.kill(server, 'SIGSTOP');
  await sleep(forMs);
  process.kill(server, 'SIGCONT');
  const fromMs = performance.now();
  const since = await recovery(client, origin, fromMs);
  say(`after its return: ${JSON.stringify(since)}`);
  const after = (await shown(player)).stats;
  const rise = (figure: string) => Number(after[figure] ?? 0) - Number(before[figure] ?? 0);
  return {
    framesPerSecond: rise('frames') / ((forMs + performance.now() - fromMs) / 1000),
    lostPackets: rise('lost'),
    isSamePod: (await podOf(client))?.metadata.uid === origin?.metadata.uid,
    since,
  };
}

const maxSubscribers = 77;

async function recovery(client: KubeClient, origin: Pod | undefined, fromMs: number): Promise<Recovery> {
  const took = async (what: string, look: () => Promise<unknown>) => {
    await eventually(what, look, 120_000);
    return Math.round(performance.now() - fromMs);
  };
  const room = aRoom('keynote', { play: { maxSubscribers } });
  const edit = {
    query: { fieldManager: 'kubectl', force: true },
    contentType: 'application/apply-patch+yaml',
    body: room,
  };
  const hash = (pod: Pod | undefined) => pod?.metadata.annotations?.[annotation.settingsHash];
  const isTold = async () => hash(await podOf(client)) !== hash(origin);
  const metrics = async () => String(await client.request('GET', metricsOf(await podOf(client))));
  const goesByIt = new RegExp(`^${roomMetric.roomMaxSubscribers.name}\\{.*\\} ${maxSubscribers}$`, 'm');
  const answers = async () => {
    await client.request('GET', '/readyz');
    return await client.request('GET', objectPath(room));
  };
  return {
    returnedMs: await took('the API server answers', answers),
    editedMs: await took('the API server takes an edit', () => client.request('PATCH', objectPath(room), edit)),
    writtenMs: await took('the pod is told of the edit', isTold),
    heardMs: await took('the pod goes by the edit', async () => goesByIt.test(await metrics())),
  };
}

const pods = collectionPath({ apiVersion: 'v1', kind: 'Pod' }, 'default');

const podOf = async (client: KubeClient): Promise<Pod | undefined> => {
  const query = { labelSelector: `${label.room}=keynote` };
  return (await client.request<{ items: Pod[] }>('GET', pods, { query })).items[0];
};

/** Through the API server, which can reach the pod. */
const metricsOf = (pod: Pod | undefined): string => `${pods}/${pod?.metadata.name}:${port.internal}/proxy/metrics`;
