import { isMonitoringKind, monitoringField } from '../build/coverage.ts';
import { isStatus } from '../cluster/client/api-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { adoptedLabels } from '../decide/adopted-labels.ts';
import type { Finding } from '../decide/finding.ts';
import { type Action, plan } from '../decide/plan.ts';
import type { Transition } from '../decide/transitions.ts';
import { monitoringRefusalBy, type Owner, rejectionBy } from '../errors.ts';
import type { KubeObject, Prometheus } from '../kube.ts';
import { type Removals, removals } from './removals.ts';

/** What is wrong with one of the objects through which a room is monitored. */
export interface Problem extends Finding<'MonitoringReady'> {
  /** Of the object. */
  readonly kind: string;
  /** Nobody wants it any more, and it is still there. */
  readonly isLeftover?: boolean;
}

export interface MonitoringOptions {
  readonly cluster: Cluster;
  /** Tells people about an object. Never fails. */
  readonly tell: (object: KubeObject, news: Transition) => Promise<void>;
}

export interface Settled {
  /** Whether the problems are others than before. */
  readonly isNews: boolean;
  /** When to try again what a person has to put right, in ms. */
  readonly againInMs?: number;
}

/** Whose the objects are, which of them there are already, and whether one that is found is such. */
export interface Ownership {
  readonly owner: Owner;
  readonly owned: readonly KubeObject[];
  readonly isOurs: (object: KubeObject) => boolean;
  /** What is wrong with others of that key, which are made elsewhere. */
  readonly besides?: readonly Problem[];
}

export type Monitoring = ReturnType<typeof monitoring>;

const brokenAgainMs = 60_000;

/** Makes, keeps and removes the monitoring objects of rooms and of namespaces, each under its key in the queue. */
export function monitoring({ cluster, tell }: MonitoringOptions) {
  const taken = new Map<string, Removals>();
  const problems = new Map<string, readonly Problem[]>();

  const isServed = ({ kind }: KubeObject) => !isMonitoringKind(kind) || cluster.monitoringKinds()[kind];

  /** Notes what somebody took away. A kind whose definition goes takes its objects along, and that is nobody's wish. */
  async function noteRemovals(memory: Removals, wanted: readonly KubeObject[], owned: readonly KubeObject[]) {
    const missing = memory.missing(wanted, owned).filter(({ kind }) => isMonitoringKind(kind));
    if (missing.length === 0) return;
    await cluster.lookForMonitoringKinds();
    for (const object of missing) if (isServed(object)) memory.decline(object);
  }

  /** Resolves to what is wrong. One object that cannot be made does not keep the others from being made. */
  async function carryOut(step: Action, wanted: readonly KubeObject[], { owner, isOurs, owned }: Ownership) {
    const { object } = step;
    try {
      if (step.action === 'delete') await cluster.remove(object);
      else {
        const applied = await cluster.apply(object, { isNew: step.isNew, isOurs });
        const before = [...wanted, ...owned].filter(isSameAs(object)).map(({ metadata }) => metadata.labels);
        const label = labelBesides(object, before);
        if (label !== undefined) await tell(applied, adoption(applied, label));
      }
      return [];
    } catch (error) {
      if (isStatus(error, 404)) await cluster.lookForMonitoringKinds();
      if (!isServed(object)) return [];
      const { kind } = object;
      const { action } = step;
      const judged = isMonitoringKind(kind)
        ? monitoringRefusalBy(kind, error, { owner, action })
        : rejectionBy(error, owner);
      return [{ kind, ...judged, ...(action === 'delete' && { isLeftover: true }) }];
    }
  }

  return {
    problems: (key: string): readonly Problem[] => problems.get(key) ?? [],

    /** Nothing of the key is wanted any more, and nothing of it is to be removed. */
    forget(key: string): void {
      taken.delete(key);
      problems.delete(key);
    },

    /** Turns what a key has into what it is to have. Throws what will pass by itself, after all else is done. */
    async settle(key: string, wanted: readonly KubeObject[], ownership: Ownership): Promise<Settled> {
      const { owned, owner, besides = [] } = ownership;
      const memory = taken.get(key) ?? removals();
      taken.set(key, memory);
      await noteRemovals(memory, wanted, owned);
      const declined = wanted.filter(memory.isDeclined);
      const found = [...besides, ...declined.map((object) => removed(object, owner))];
      const made = wanted.filter((object) => isServed(object) && !declined.includes(object));
      const prometheuses = cluster.prometheuses();
      const labelled = made.map((object) => withAdopted(object, owned.find(isSameAs(object)), prometheuses));
      const failures: unknown[] = [];
      for (const step of plan(labelled, owned)) {
        if (step.action === 'delete') memory.remove(step.object);
        const seen = await carryOut(step, wanted, ownership).catch((error) => void failures.push(error));
        found.push(...(seen ?? []));
      }
      if (failures.length > 0) throw failures[0];
      const isNews = JSON.stringify(problems.get(key) ?? []) !== JSON.stringify(found);
      problems.set(key, found);
      return { isNews, ...(found.some(({ reason }) => reason !== 'Removed') && { againInMs: brokenAgainMs }) };
    },
  };
}

const isSameAs =
  ({ kind, metadata: { name } }: KubeObject) =>
  (other: KubeObject): boolean =>
    other.kind === kind && other.metadata.name === name;

function withAdopted(
  object: KubeObject,
  live: KubeObject | undefined,
  prometheuses: readonly Prometheus[] | undefined,
) {
  if (!isMonitoringKind(object.kind)) return object;
  const labels = { ...object.metadata.labels, ...adoptedLabels(object, live, prometheuses) };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** A label that the object has now, though it neither was to have it nor had it. */
const labelBesides = (
  { metadata }: KubeObject,
  before: readonly KubeObject['metadata']['labels'][],
): string | undefined =>
  Object.entries(metadata.labels ?? {})
    .filter(([key]) => before.every((labels) => labels?.[key] === undefined))
    .map(([key, value]) => `${key}=${value}`)[0];

const adoption = ({ kind, metadata: { name } }: KubeObject, label: string): Transition => ({
  type: 'Normal',
  reason: 'LabelAdded',
  message: `${kind} ${name} was given label ${label}, since the only Prometheus there is asks for it.`,
});

/** The operator's own are not wanted by any room. */
function removed({ kind, metadata: { namespace, name } }: KubeObject, owner: Owner): Problem {
  const field = isMonitoringKind(kind) ? monitoringField[kind] : '';
  const change = owner === 'Operator' ? '' : `change spec.monitoring.${field} to Disabled and back to Auto, or `;
  return {
    kind,
    reason: 'Removed',
    message: `Somebody deleted ${kind} ${namespace}/${name}, and it is not made again. To have it back, ${change}restart the operator.`,
  };
}
