import type { MonitoringObject, Prometheus } from '../kube.ts';
import { type Finding, no, unknown, type Verdict, yes } from './finding.ts';
import { distance, type Missed, type Selection, selection } from './selection.ts';
import { mentioned, type Unseen, unseenVerdict } from './unseen.ts';

/** All that MonitoringReady is made of. */
export interface MonitoringSeen {
  /** Kinds that the room is to have objects of, its own or the namespace's. */
  readonly wanted: readonly string[];
  /** Kinds that the API server serves, and versions of their group that it serves; undefined until it has said so. */
  readonly served: readonly string[];
  readonly versions: readonly string[] | undefined;
  /** What is wrong with the objects, and with what they depend on. */
  readonly problems: readonly Finding<'MonitoringReady'>[];
  /** What keeps those that nobody wants any more from being removed. */
  readonly leftovers: readonly Finding<'MonitoringReady'>[];
  /** Those that exist. */
  readonly objects: readonly MonitoringObject[];
  /** Where somebody would give them another label. */
  readonly labelsField: string;
  /** Everything in the cluster that may read them; undefined while that is not known. */
  readonly prometheuses: readonly Prometheus[] | undefined;
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** Whether somebody scrapes the room and evaluates its alerts, as far as the cluster tells. */
export function monitoringReady(seen: MonitoringSeen, unseen: Unseen): Verdict<'MonitoringReady'> {
  if (seen.wanted.length === 0) return disabled(seen);
  const verdict = whetherMonitored(seen, unseen);
  return { ...verdict, message: `${verdict.message}${mentioned('MonitoringReady', unseen)}` };
}

function disabled({ leftovers }: MonitoringSeen): Verdict<'MonitoringReady'> {
  const why = 'spec.monitoring wants neither a ServiceMonitor nor a PrometheusRule.';
  const left = leftovers.map(({ message }) => `One that is left cannot be removed: ${message}`);
  return no('Disabled', [why, ...left].join(' '));
}

function whetherMonitored(seen: MonitoringSeen, unseen: Unseen): Verdict<'MonitoringReady'> {
  const { wanted, problems } = seen;
  const [problem] = problems;
  if (problem !== undefined) return no(problem.reason, problem.message);
  const missing = wanted.filter((kind) => !seen.served.includes(kind));
  if (missing.length > 0) return withoutKinds(missing, seen.versions);
  const isOwn = (kind: string) => kind === 'ServiceMonitor' || kind === 'PrometheusRule';
  const hidden = unseenVerdict('MonitoringReady', unseen, (kind) => !isOwn(kind) || wanted.includes(kind));
  if (hidden !== undefined) return hidden;
  // In this order, not in the one in which they were seen: else the message would depend on who came first.
  const objects = wanted.map((kind) => seen.objects.filter((object) => object.kind === kind));
  if (objects.some((ofKind) => ofKind.length === 0))
    return unknown('SelectionUnknown', `The ${wanted.join(' and the ')} are being made.`);
  const verdicts = objects.flat().map((object) => verdictOf(object, seen));
  return (
    verdicts.find(({ status }) => status === 'False') ??
    verdicts.find(({ status }) => status === 'Unknown') ??
    yes('MonitoringReady', `${verdicts.map(({ message }) => message).join('; ')}.`)
  );
}

/** `namespace/name` of everything that reads one of the objects. */
export const selectedBy = ({ objects, prometheuses, namespaceLabels }: MonitoringSeen): readonly string[] => {
  const readers = objects.flatMap((object) => selection(object, prometheuses, namespaceLabels).by);
  return [...new Set(readers.map(({ key }) => key))].toSorted();
};

function withoutKinds(missing: readonly string[], versions: MonitoringSeen['versions']): Verdict<'MonitoringReady'> {
  const kinds = missing.join(' and ');
  if (versions === undefined)
    return unknown(
      'SelectionUnknown',
      `Whether the cluster has the kinds ${kinds} is not known: the API server has not answered that yet (see the operator's log).`,
    );
  const there = versions.length === 0 ? '' : ` in version v1 (the cluster serves ${versions.join(', ')})`;
  return no(
    'CRDsNotInstalled',
    `The cluster has no ${kinds}${there}. Install the Prometheus Operator's CRDs; the objects follow by themselves.`,
  );
}

function verdictOf(object: MonitoringObject, seen: MonitoringSeen): Verdict<'MonitoringReady'> {
  const found = selection(object, seen.prometheuses, seen.namespaceLabels);
  const readers = found.by.map(({ title }) => title).join(' and ');
  // Without a full stop: several are put together.
  if (readers !== '')
    return yes('MonitoringReady', `${readers} ${found.by.length > 1 ? 'select' : 'selects'} ${titleOf(object)}`);
  return refusal(object, found) ?? miss(object, found, seen.labelsField) ?? unknowable(object, seen);
}

function refusal(object: MonitoringObject, { refusedBy }: Selection): Verdict<'MonitoringReady'> | undefined {
  const [first] = refusedBy;
  if (first === undefined) return undefined;
  return no(
    object.kind === 'ServiceMonitor' ? 'MonitorRejected' : 'RuleRejected',
    `${first.title} selects ${titleOf(object)} and does not take it: ${first.message}.`,
  );
}

/** By the one that lacks least. */
function miss(
  object: MonitoringObject,
  { missedBy }: Selection,
  field: string,
): Verdict<'MonitoringReady'> | undefined {
  const [nearest, ...others] = missedBy.toSorted((a, b) => distance(a) - distance(b));
  if (nearest === undefined) return undefined;
  const isByNamespace = nearest.ofObject.length === 0 && !nearest.selectsNone;
  const rest = others.length === 0 ? '' : ` Nor does any of ${others.length} more.`;
  return no(
    isByNamespace ? 'NamespaceNotSelected' : 'NotSelected',
    `${nearest.title} does not select ${titleOf(object)}: ${why(object, nearest)}.${rest}${remedies(object, nearest, field)}`,
  );
}

function why({ kind, metadata: { namespace } }: MonitoringObject, missed: Missed): string {
  const texts = (unmet: Missed['ofObject']) => unmet.map(({ text }) => text).join(', ');
  const selector = kind === 'ServiceMonitor' ? 'serviceMonitor' : 'rule';
  return [
    ...(missed.selectsNone ? [`without a ${selector}Selector it selects none`] : []),
    ...(missed.ofObject.length > 0 ? [`it asks for ${texts(missed.ofObject)}`] : []),
    ...(missed.staysAtHome ? [`without a ${selector}NamespaceSelector it reads its own namespace only`] : []),
    ...(missed.ofNamespace.length > 0 ? [`it asks for ${texts(missed.ofNamespace)} on namespace ${namespace}`] : []),
  ].join(', and ');
}

function remedies({ metadata: { namespace } }: MonitoringObject, missed: Missed, field: string): string {
  const labels = (unmet: Missed['ofObject']) =>
    unmet.flatMap(({ key, wanted }) => (wanted === undefined ? [] : [`${key}=${wanted}`])).join(' ');
  const [own, ofNamespace] = [labels(missed.ofObject), labels(missed.ofNamespace)];
  return [
    ...(own === '' ? [] : [` Put ${own.replaceAll(' ', ' and ')} into ${field}.`]),
    ...(ofNamespace === '' ? [] : [` Run: kubectl label namespace ${namespace} ${ofNamespace}`]),
  ].join('');
}

function unknowable(object: MonitoringObject, { prometheuses }: MonitoringSeen): Verdict<'MonitoringReady'> {
  const cause =
    prometheuses === undefined
      ? 'the operator cannot read the Prometheus objects of the cluster (see its log)'
      : 'the cluster has no Prometheus object that would';
  return unknown(
    'SelectionUnknown',
    `Whether somebody reads ${titleOf(object)} is not known: ${cause}, and the Prometheus Operator has noted nobody in its status.`,
  );
}

const titleOf = ({ kind, metadata: { namespace, name } }: MonitoringObject): string => `${kind} ${namespace}/${name}`;
