import { namespaceObject } from '#crds/contract.ts';
import { desiredOfNamespace } from './build/desired.ts';
import { isOurs } from './build/labels.ts';
import { type Cluster, roomKey } from './cluster/cluster.ts';
import type { Outcome } from './cluster/queue.ts';
import type { Config } from './config.ts';
import type { Finding } from './decide/finding.ts';
import { type Action, plan } from './decide/plan.ts';
import { rejectionBy } from './errors.ts';
import { isBeingDeleted } from './kube.ts';

export interface NamespaceDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  /** What is wrong with each namespace's objects; kept up to date here. */
  readonly problems: Map<string, Finding<'MonitoringReady'>>;
  /** The room has something else to report. */
  readonly onRoom: (key: string) => void;
}

const brokenAgainMs = 30_000;

/** Makes what a namespace has once with its first room, and deletes it with its last. */
export async function reconcileNamespace(
  namespace: string,
  { cluster, config, problems, onRoom }: NamespaceDependencies,
): Promise<Outcome> {
  if (cluster.isTerminating(namespace)) {
    problems.delete(namespace);
    return { kind: 'done' };
  }
  const rooms = cluster.roomsIn(namespace).filter((room) => !isBeingDeleted(room));
  const wanted = rooms.length === 0 ? [] : desiredOfNamespace(namespace, config, cluster.monitoringKinds());
  const owned = cluster.objectsOf(namespace).filter(({ metadata: { name } }) => name === namespaceObject);
  const findings: Finding<'MonitoringReady'>[] = [];
  // One object that cannot be made does not keep the others from being made.
  for (const step of plan(wanted, owned)) {
    const finding = await carryOut(step, cluster).catch(rejectionBy);
    if (finding !== undefined) findings.push(finding);
  }
  const [problem] = findings;
  const isNews = problems.get(namespace)?.message !== problem?.message;
  if (problem === undefined) problems.delete(namespace);
  else problems.set(namespace, problem);
  if (isNews) for (const room of rooms) onRoom(roomKey(room));
  return { kind: 'done', ...(problem === undefined ? {} : { againInMs: brokenAgainMs }) };
}

async function carryOut(step: Action, cluster: Cluster): Promise<undefined> {
  if (step.action === 'apply') await cluster.apply(step.object, { isNew: step.isNew, isOurs });
  else await cluster.remove(step.object);
  return undefined;
}
