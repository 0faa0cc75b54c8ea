import { annotation } from '#crds/contract.ts';
import { kind, type LiveRoom } from '#crds/liveroom.ts';
import { isMonitoringKind } from './build/coverage.ts';
import { desired, desiredMonitoring } from './build/desired.ts';
import { settingsHash } from './build/origin-pod.ts';
import { scrapeAnnotations } from './build/scrape-annotations.ts';
import { certificateProblem } from './certificate.ts';
import type { Cluster } from './cluster/cluster.ts';
import { roomKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue.ts';
import type { Finding } from './decide/finding.ts';
import { endpoints, hostPortOf, type MediaAddress, mediaAddress } from './decide/media-address.ts';
import { plan } from './decide/plan.ts';
import { soonest } from './decide/status.ts';
import { rejectionBy } from './errors.ts';
import { controllerOf, isBeingDeleted, isControlledBy, type KubeObject, type Pod } from './kube.ts';
import type { Monitoring, Settled } from './monitoring.ts';
import { type OriginDependencies, settleOrigin } from './origin.ts';
import { type ReportDependencies, writeReport } from './report.ts';
import { clearTokens, hasForeignTokens, settleTokens, type TokenDependencies } from './tokens.ts';
import { believedMs } from './tokens-seen.ts';

export type RoomDependencies = OriginDependencies &
  TokenDependencies &
  ReportDependencies & { readonly monitoring: Monitoring };

/** Secrets are not watched: a reference that is broken is looked at again soon, one that holds now and then. */
const recheck = { brokenMs: 10_000, soundMs: believedMs } as const;

/** A room that is deleted is closed: its pods do not wait for the viewers. */
const closeSeconds = 10;

/** Brings one room, by key, nearer to what its spec says, and reports what it is. */
export async function reconcileRoom(key: string, dependencies: RoomDependencies): Promise<Outcome> {
  const { cluster, config, shown, tokensSeen, newborns, monitoring } = dependencies;
  const room = openRoom(key, cluster);
  await clearAway(key, room, cluster);
  if (room === undefined) {
    await clearTokens(key, cluster);
    tokensSeen.forget(key);
    newborns.forget(key);
    shown.delete(key);
    monitoring.forget(key);
    return { kind: 'done' };
  }

  const rejection = (await settleTokens(room, dependencies).catch(rejectionBy)) ?? (await settleObjects(room, cluster));
  const origin = await settleOrigin(room, rejection === undefined, dependencies);
  const address = origin.pod && addressOf(origin.pod, cluster);
  if (origin.pod !== undefined) {
    // The file stays as it was where the spec is not accepted.
    const settings = rejection === undefined ? { [annotation.settingsHash]: settingsHash(room) } : {};
    const told = { ...scrapeAnnotations(config), ...settings, ...addressAnnotation(origin.pod, address) };
    await annotate(origin.pod, told, cluster);
  }
  const certificate = await certificateProblem(room, cluster);
  const monitored = await settleMonitoring(room, dependencies).catch((error: unknown) => ({ error }));
  const reportAgainMs = await writeReport(
    room,
    {
      origin: origin.pod,
      rollout: origin.rollout,
      rejection: rejection ?? origin.rejection,
      refusal: origin.refusal,
      mediaAddress: address,
      certificate,
    },
    dependencies,
  );
  // What fails for a moment does so without keeping the room from saying how it is.
  if ('error' in monitored) throw monitored.error;
  const againInMs = soonest(
    reportAgainMs,
    origin.againInMs,
    monitored.againInMs,
    recheckMs(room, rejection ?? certificate),
  );
  return { kind: 'done', ...(againInMs === undefined ? {} : { againInMs }) };
}

const recheckMs = (room: LiveRoom, rejection: Finding | undefined): number | undefined =>
  rejection !== undefined
    ? recheck.brokenMs
    : hasForeignTokens(room) || room.spec.network.http?.tlsSecretRef !== undefined
      ? recheck.soundMs
      : undefined;

/** A namespace that is deleted loses its pods first, and waits for them before it comes to its rooms. */
function openRoom(key: string, cluster: Cluster): LiveRoom | undefined {
  const room = cluster.room(key);
  if (room === undefined || isBeingDeleted(room)) return undefined;
  return cluster.isTerminating(room.metadata.namespace) ? undefined : room;
}

/**
 * Removes what a room of this name has left that is gone or has been made anew. Garbage collection does so too, but lets
 * pods take all of their drain time, and needs a while to begin with kinds that are new to it.
 */
async function clearAway(key: string, room: LiveRoom | undefined, cluster: Cluster): Promise<void> {
  const isLeft = (object: KubeObject) => {
    const owner = controllerOf(object);
    return owner?.kind === kind && owner.uid !== room?.metadata.uid;
  };
  for (const pod of cluster.podsOf(key).filter(isLeft)) {
    const { deletionGracePeriodSeconds = Number.POSITIVE_INFINITY } = pod.metadata;
    if (!isBeingDeleted(pod) || deletionGracePeriodSeconds > closeSeconds) await cluster.remove(pod, closeSeconds);
  }
  for (const object of cluster.objectsOf(key).filter(isLeft)) await cluster.remove(object);
}

/** The room's own monitoring objects. The room works without them, so what is wrong with them is said of them alone. */
function settleMonitoring(room: LiveRoom, { cluster, config, monitoring }: RoomDependencies): Promise<Settled> {
  const key = roomKey(room);
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.monitorsOf(key).filter(isOurs);
  return monitoring.settle(key, desiredMonitoring(room, config, cluster.monitoringKinds()), { owned, isOurs });
}

/** Everything but pods, tokens and monitoring. An object that cannot be made is the reason why the spec is not accepted. */
async function settleObjects(room: LiveRoom, cluster: Cluster): Promise<Finding<'Accepted'> | undefined> {
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.objectsOf(roomKey(room)).filter((object) => isOurs(object) && !isMonitoringKind(object.kind));
  try {
    const steps = plan(desired(room, cluster.servesHTTPRoutes()), owned).map((step) =>
      step.action === 'apply' ? cluster.apply(step.object, { isNew: step.isNew, isOurs }) : cluster.remove(step.object),
    );
    // All of them come to an end before anything else is begun.
    await Promise.allSettled(steps);
    await Promise.all(steps);
    return undefined;
  } catch (error) {
    return rejectionBy(error);
  }
}

const addressOf = (pod: Pod, cluster: Cluster): MediaAddress | undefined =>
  mediaAddress(pod, pod.spec.nodeName === undefined ? undefined : cluster.node(pod.spec.nodeName));

function addressAnnotation(pod: Pod, address: MediaAddress | undefined): Readonly<Record<string, string>> {
  if (address === undefined || hostPortOf(pod) === undefined) return {};
  const [first = '', ...others] = endpoints(address);
  return { [annotation.mediaAddress]: first, [annotation.mediaAddresses]: [first, ...others].join() };
}

/**
 * Tells the pod where it is reached, and that its settings have changed: the kubelet refreshes all volumes of a pod
 * whose annotations change, which is why the ConfigMap has been written before.
 */
async function annotate(pod: Pod, wanted: Readonly<Record<string, string>>, cluster: Cluster): Promise<void> {
  const isTold = Object.entries(wanted).every(([name, value]) => pod.metadata.annotations?.[name] === value);
  if (!isTold) await cluster.annotate(pod, wanted);
}
