import type { MonitoringObject, ObjectCondition, Prometheus } from '../kube.ts';
import { type Unmet, unmet } from './label-selector.ts';

type Labels = Readonly<Record<string, string>>;

/** Who reads an object of ours, and why others do not. */
export interface Selection {
  readonly by: readonly Reader[];
  /** Who selects it, and refuses what is in it. */
  readonly refusedBy: readonly (Reader & { readonly message: string })[];
  readonly missedBy: readonly Missed[];
}

export interface Reader {
  /** `Prometheus monitoring/k8s`, for sentences. */
  readonly title: string;
  /** `monitoring/k8s`. */
  readonly key: string;
}

/** Why one of them does not select it. */
export interface Missed extends Reader {
  /** It has no selector of such objects, which selects none of them. */
  readonly selectsNone: boolean;
  readonly ofObject: readonly Unmet[];
  /** It has no selector of namespaces, which selects its own, and that is another. */
  readonly staysAtHome: boolean;
  readonly ofNamespace: readonly Unmet[];
}

/** What a Prometheus says about a kind of ours; undefined if it does not read that kind. */
export function selectorsFor({ kind, spec }: Prometheus, objectKind: string) {
  if (objectKind === 'ServiceMonitor' && kind !== 'ThanosRuler')
    return {
      ofObject: spec.serviceMonitorSelector,
      ofNamespace: spec.serviceMonitorNamespaceSelector,
    };
  if (objectKind === 'PrometheusRule' && kind !== 'PrometheusAgent')
    return { ofObject: spec.ruleSelector, ofNamespace: spec.ruleNamespaceSelector };
  return undefined;
}

/**
 * Who selects an object. Selectors decide that wherever they can be read; what the Prometheus Operator has written into
 * the object's status says whether it takes what it selected, and is all there is to go by where nothing can be read.
 */
export function selection(
  object: MonitoringObject,
  prometheuses: readonly Prometheus[] | undefined,
  namespaceLabels: Labels,
): Selection {
  const bindings = object.status?.bindings ?? [];
  const judged = (prometheuses ?? []).flatMap((one) => judgement(one, object, namespaceLabels));
  const missedBy = judged.filter((one) => 'ofObject' in one);
  const selecting: readonly Reader[] =
    prometheuses === undefined || prometheuses.length === 0
      ? bindings.map(({ resource, namespace, name }) => reader(titleOf(resource), namespace, name))
      : judged.filter((one) => !('ofObject' in one));
  const refusals = new Map(
    bindings.flatMap(({ resource, namespace, name, conditions }) => {
      const refusal = conditions?.find(({ type, status }) => type === 'Accepted' && status === 'False');
      return refusal ? [[reader(titleOf(resource), namespace, name).title, said(refusal)] as const] : [];
    }),
  );
  return {
    by: selecting.filter(({ title }) => !refusals.has(title)),
    refusedBy: selecting.flatMap((one) => {
      const message = refusals.get(one.title);
      return message === undefined ? [] : [{ ...one, message }];
    }),
    missedBy,
  };
}

function judgement(one: Prometheus, object: MonitoringObject, namespaceLabels: Labels): readonly (Reader | Missed)[] {
  const selectors = selectorsFor(one, object.kind);
  if (selectors === undefined) return [];
  const { namespace = '', name } = one.metadata;
  const missed: Missed = {
    ...reader(one.kind, namespace, name),
    selectsNone: selectors.ofObject === undefined,
    ofObject: unmet(selectors.ofObject ?? {}, object.metadata.labels ?? {}),
    staysAtHome: selectors.ofNamespace === undefined && namespace !== object.metadata.namespace,
    ofNamespace: unmet(selectors.ofNamespace ?? {}, namespaceLabels),
  };
  return [distance(missed) === 0 ? reader(one.kind, namespace, name) : missed];
}

/** How much would have to change for it to be selected. */
export const distance = ({ selectsNone, ofObject, staysAtHome, ofNamespace }: Missed): number =>
  ofObject.length + ofNamespace.length + (selectsNone ? 10 : 0) + (staysAtHome ? 10 : 0);

const reader = (kind: string, namespace: string, name: string): Reader => ({
  title: `${kind} ${namespace}/${name}`,
  key: `${namespace}/${name}`,
});

/** Bindings have plural names. */
const titleOf = (resource: string): string =>
  ({ prometheuses: 'Prometheus', prometheusagents: 'PrometheusAgent', thanosrulers: 'ThanosRuler' })[resource] ??
  resource;

const said = ({ reason, message }: ObjectCondition): string =>
  [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
