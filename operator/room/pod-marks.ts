import { annotation, otherPodsText } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { settingsHash } from '../build/config-map.ts';
import { evictionMarks } from '../build/eviction.ts';
import { scrapeAnnotations } from '../build/scrape-annotations.ts';
import { absentIfNotFound } from '../cluster/client/api-error.ts';
import type { Marks } from '../cluster/client/writes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Config } from '../config.ts';
import type { Finding } from '../decide/finding.ts';
import { endpoints, type MediaAddress, mediaAddress } from '../decide/media-address.ts';
import { rejectionBy } from '../errors.ts';
import type { Pod } from '../kube.ts';
import { mediaServiceOf } from './media-services.ts';
import { otherPods } from './origin-plan.ts';

/** Where clients reach a pod, as far as that is known. */
export const addressOf = (
  pod: Pod,
  room: LiveRoom,
  cluster: Pick<Cluster, 'node' | 'objectsOf'>,
): MediaAddress | undefined =>
  mediaAddress(room.spec.network.media.mode, {
    pod,
    node: pod.spec.nodeName === undefined ? undefined : cluster.node(pod.spec.nodeName),
    service: mediaServiceOf(pod, room, cluster),
  });

/** Marks a pod, unless it has gone since it was last seen: that is no failure, and its going is heard of. */
export async function markIfThere(pod: Pod, marks: Marks, cluster: Pick<Cluster, 'mark'>): Promise<void> {
  await cluster.mark(pod, marks).catch(absentIfNotFound);
}

export interface PodMarks {
  readonly cluster: Pick<Cluster, 'node' | 'objectsOf' | 'podsOf' | 'mark'>;
  readonly config: Config;
  /** Whether the ConfigMap is as the spec says: a pod is told that its settings have changed only then. */
  readonly isConfigured: boolean;
}

/** Marks several; why one could not be is for a condition to say. */
export async function markPods(
  pods: readonly (Pod | undefined)[],
  room: LiveRoom,
  marks: PodMarks,
): Promise<Finding<'Accepted'> | undefined> {
  try {
    for (const pod of pods) if (pod !== undefined) await markPod(pod, room, marks);
    return undefined;
  } catch (error) {
    return rejectionBy(error);
  }
}

/**
 * Tells a running pod where it is reached, who may evict it, which others there are, and that its settings have changed: the
 * kubelet refreshes all volumes of a pod whose annotations change, which is why the ConfigMap has been written before.
 */
async function markPod(pod: Pod, room: LiveRoom, { cluster, config, isConfigured }: PodMarks): Promise<void> {
  const { labels, annotations } = evictionMarks(room);
  const told = {
    ...scrapeAnnotations(config),
    ...annotations,
    ...(isConfigured && { [annotation.settingsHash]: settingsHash(room) }),
    ...addressAnnotation(room, addressOf(pod, room, cluster)),
    ...othersAnnotation(room, pod, cluster),
  };
  const { metadata } = pod;
  if (!has(metadata.labels, labels) || !has(metadata.annotations, told))
    await markIfThere(pod, { labels, annotations: told }, cluster);
}

type Words = Readonly<Record<string, string>>;

const has = (words: Words = {}, wanted: Words): boolean =>
  Object.entries(wanted).every(([name, value]) => words[name] === value);

/** A pod of before is not shown it. */
const othersAnnotation = (room: LiveRoom, { metadata }: Pod, cluster: Pick<Cluster, 'podsOf'>): Words =>
  metadata.annotations?.[annotation.otherPods] === undefined
    ? {}
    : { [annotation.otherPods]: otherPodsText(otherPods(room, metadata.name, cluster)) };

/** A pod that is reached at its own address knows it. */
function addressAnnotation({ spec }: LiveRoom, address: MediaAddress | undefined): Words {
  if (address === undefined || spec.network.media.mode === 'ClusterOnly') return {};
  const [first = '', ...others] = endpoints(address);
  return { [annotation.mediaAddress]: first, [annotation.mediaAddresses]: [first, ...others].join() };
}
