import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { desiredMonitoring } from './build/desired.ts';
import { specHash } from './build/spec-hash.ts';
import type { Cluster } from './cluster/cluster.ts';
import { roomKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import { restarted } from './decide/crash-loop.ts';
import type { Finding } from './decide/finding.ts';
import { soonest } from './decide/soonest.ts';
import { rejectionBy } from './errors.ts';
import { isBeingDeleted, isControlledBy, type KubeObject } from './kube.ts';
import type { Log } from './log.ts';
import { certificateProblem } from './room/certificate.ts';
import { clearAfter, clearAway } from './room/clear-away.ts';
import { settleMediaServices } from './room/media-services.ts';
import type { Monitoring, Settled } from './room/monitoring.ts';
import { settleObjects } from './room/objects.ts';
import { carryOut, labelForService, type Origin, type OriginDependencies } from './room/origin.ts';
import { ownPods, planNow, planOrigin } from './room/origin-plan.ts';
import { addressOf, markPods } from './room/pod-marks.ts';
import { recheckMs } from './room/recheck.ts';
import { type ReportDependencies, type Result, writeReport } from './room/report.ts';
import type { Restarts } from './room/restarts.ts';
import type { Rollouts } from './room/rollouts.ts';
import { routeAsItIs, settleRoute } from './room/route.ts';
import { settleTokens, type TokenDependencies, tokensLacking } from './room/tokens.ts';
import { doubtedMs } from './room/tokens-seen.ts';

export type RoomDependencies = OriginDependencies &
  TokenDependencies &
  ReportDependencies & {
    readonly monitoring: Monitoring;
    readonly rollouts: Rollouts;
    readonly restarts: Restarts;
    readonly log: Pick<Log, 'warn'>;
  };

/** Brings one room, by key, nearer to what its spec says, and reports what it is. */
export async function reconcileRoom(key: string, dependencies: RoomDependencies): Promise<Outcome> {
  const { cluster } = dependencies;
  // Not even the status of another operator's room is ours to write.
  if (cluster.isOthers(key)) return forget(key, dependencies);
  const room = openRoom(key, cluster);
  if (room === undefined) {
    const outcome = forget(key, dependencies);
    await clearAfter(key, dependencies);
    return outcome;
  }
  await clearAway(key, room, cluster);
  await tellRestarts(room, dependencies);
  if (room.metadata.annotations?.[annotation.reconcile] === 'Paused') return await reportPaused(room, dependencies);

  const origins = await planOrigin(room, dependencies);
  const settle = async () => {
    await labelForService(room, origins, cluster);
    return await settleObjects(room, origins.leadTo, cluster);
  };
  const rejection = (await settleTokens(room, dependencies).catch(rejectionBy)) ?? (await settle().catch(rejectionBy));
  const origin = await carryOut(room, origins, rejection === undefined, dependencies);
  const media = await settleMediaServices(room, origin, cluster);
  const marks = { ...dependencies, isConfigured: rejection === undefined };
  const problem = (await markPods([origin.pod, origin.successor], room, marks)) ?? rejection ?? media.rejection;
  const lead = rejection === undefined ? settleRoute : certificateProblem;
  const routed = await lead(room, cluster).catch((error: unknown) => ({ error }));
  const endpointProblem = routed && 'error' in routed ? undefined : routed;
  const monitored = await settleMonitoring(room, dependencies).catch((error: unknown) => ({ error }));
  const result = { ...resultOf(room, { ...origin, obstacle: media.obstacle }, problem, cluster), endpointProblem };
  const reportAgainMs = await writeReport(room, result, dependencies);
  // What fails for a moment does so without keeping the room from saying how it is.
  if ('error' in monitored) throw monitored.error;
  if (routed && 'error' in routed) throw routed.error;
  const againInMs = soonest(
    reportAgainMs,
    origin.againInMs,
    recheckMs(room, {
      spec: problem ?? media.obstacle,
      pod: origin.refusal ?? origin.rejection,
      others: [endpointProblem, ...dependencies.monitoring.problems(key)],
    }),
    tokensLacking(room, dependencies) === '' ? undefined : doubtedMs,
  );
  return { kind: 'done', ...(againInMs === undefined ? {} : { againInMs }) };
}

/** Whoever waited for the room's roll-out to end waits no longer. */
function forget(
  key: string,
  { shown, tokensSeen, newborns, monitoring, rollouts, restarts }: RoomDependencies,
): Outcome {
  tokensSeen.forget(key);
  newborns.forget(key);
  shown.delete(key);
  monitoring.forget(key);
  rollouts.forget(key);
  restarts.forget(key);
  return { kind: 'done' };
}

/** What comes in the way of another pod is no fault of the one that serves. */
function resultOf(
  room: LiveRoom,
  origin: Origin & Pick<Result, 'obstacle'>,
  rejection: Finding<'Accepted'> | undefined,
  cluster: Cluster,
): Omit<Result, 'endpointProblem'> {
  const { pod, successor, rollout, refusal } = origin;
  const common = { origin: pod, rollout, mediaAddress: pod && addressOf(pod, room, cluster) };
  return pod === undefined
    ? { ...common, refusal, rejection: rejection ?? origin.rejection }
    : {
        ...common,
        refusal: undefined,
        rejection,
        obstacle: refusal ?? origin.rejection ?? origin.obstacle,
        ...(successor && { successor }),
      };
}

/** Somebody repairs the room by hand. All that is done is to say how it is. */
async function reportPaused(room: LiveRoom, dependencies: RoomDependencies): Promise<Outcome> {
  const { cluster, config, rollouts, now } = dependencies;
  const { current } = planNow(room, dependencies);
  // A roll-out that was begun holds up no others while it rests.
  rollouts.note(roomKey(room), { rollout: 'Paused', isSurge: false, specHash: specHash(room, config) }, now());
  const before = room.status?.conditions?.find(({ type, status }) => type === 'Accepted' && status === 'False');
  const rejection = before && { reason: before.reason as Finding<'Accepted'>['reason'], message: before.message };
  const result = resultOf(room, { pod: current, rollout: 'Paused' }, rejection, cluster);
  const endpointProblem = await routeAsItIs(room, current, cluster);
  const againInMs = await writeReport(room, { ...result, endpointProblem }, dependencies);
  return { kind: 'done', ...(againInMs === undefined ? {} : { againInMs }) };
}

/** A server that crashed has come back in its place: each time is worth a word. */
async function tellRestarts(room: LiveRoom, { cluster, restarts, now, tell }: RoomDependencies): Promise<void> {
  const fresh = restarts.note(roomKey(room), ownPods(room, cluster), now());
  for (const pod of fresh.keys()) await tell(room, restarted(pod));
}

/** A namespace that is deleted loses its pods first, and waits for them before it comes to its rooms. */
function openRoom(key: string, cluster: Cluster): LiveRoom | undefined {
  const room = cluster.room(key);
  if (room === undefined || isBeingDeleted(room)) return undefined;
  return cluster.isTerminating(room.metadata.namespace) ? undefined : room;
}

/** The room's own monitoring objects. The room works without them, so what is wrong with them is said of them alone. */
function settleMonitoring(room: LiveRoom, { cluster, config, monitoring }: RoomDependencies): Promise<Settled> {
  const key = roomKey(room);
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.monitorsOf(key).filter(isOurs);
  return monitoring.settle(key, desiredMonitoring(room, config, cluster.monitoringKinds()), {
    owner: 'Room',
    owned,
    isOurs,
  });
}
