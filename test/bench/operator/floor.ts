/**
 * What the machine gives: the same objects made by a client that knows beforehand what to make, and looks at nothing. The
 * control plane watches them as it does any, and the stand-in for nodes makes their pods Ready; the pods have no host ports.
 */
import { withDefaults } from '#crds/defaults.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import { desired } from '#operator/build/desired.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { tokensSecret } from '#operator/build/tokens.ts';
import { absentIfNotFound } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { collectionPath } from '#operator/cluster/client/paths.ts';
import { configFrom } from '#operator/config-file.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aRoom } from '#test/harness/room.ts';
import { quantile } from '../quantile.ts';

const config = configFrom(JSON.stringify({ images: { sfu: 'liveroom.dev/sfu:0.1.0' } }));
const at = 'floor';

/** Until all pods are created, in ms, and each room's time from its apply to its pod. Leaves nothing. */
export async function floor(client: KubeClient, count: number) {
  await create(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: at } });
  const alone: number[] = [];
  for (let i = 0; i < 40; i++) alone.push(await make(client, `alone-${i}`));
  const burstAt = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await make(client, `room-${next++}`);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  const podsMs = performance.now() - burstAt;
  await client.request('DELETE', `/api/v1/namespaces/${at}`);
  await eventually('the namespace is gone', () => isGone(client), 300_000);
  return {
    rooms: count,
    podsMs,
    p50Ms: quantile(alone, 0.5),
    p95Ms: quantile(alone, 0.95),
  };
}

async function make(client: KubeClient, name: string): Promise<number> {
  const startedAt = performance.now();
  const stored = await create<LiveRoom>(client, aRoom(name, {}, at));
  const room = { ...stored, spec: withDefaults(specSchema, stored.spec) };
  for (const object of [tokensSecret(room, { publish: 'a', play: 'b' }), ...desired(room)])
    await create(client, object);
  await create(client, originPod(room, config, { replaces: '' }));
  return performance.now() - startedAt;
}

const isGone = async (client: KubeClient): Promise<boolean> =>
  (await client.request('GET', `/api/v1/namespaces/${at}`).catch(absentIfNotFound)) === undefined;

const create = <T extends KubeObject>(client: KubeClient, object: KubeObject): Promise<T> =>
  client.request<T>('POST', collectionPath(object, object.metadata.namespace), { body: object });
