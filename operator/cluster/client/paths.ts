import { group } from '#crds/contract.ts';
import { apiVersion, kind, plural } from '#crds/liveroom.ts';

/** Plural names of the kinds we use, by apiVersion. The API server has no rule that would derive them. */
const plurals: Readonly<Record<string, string>> = {
  'v1 ConfigMap': 'configmaps',
  'v1 Namespace': 'namespaces',
  'v1 Node': 'nodes',
  'v1 Pod': 'pods',
  'v1 Secret': 'secrets',
  'v1 Service': 'services',
  'apiextensions.k8s.io/v1 CustomResourceDefinition': 'customresourcedefinitions',
  'coordination.k8s.io/v1 Lease': 'leases',
  'events.k8s.io/v1 Event': 'events',
  'gateway.networking.k8s.io/v1 HTTPRoute': 'httproutes',
  'policy/v1 PodDisruptionBudget': 'poddisruptionbudgets',
  'monitoring.coreos.com/v1 Prometheus': 'prometheuses',
  'monitoring.coreos.com/v1 PrometheusRule': 'prometheusrules',
  'monitoring.coreos.com/v1 ServiceMonitor': 'servicemonitors',
  'monitoring.coreos.com/v1 ThanosRuler': 'thanosrulers',
  'monitoring.coreos.com/v1alpha1 PrometheusAgent': 'prometheusagents',
  'networking.k8s.io/v1 Ingress': 'ingresses',
  'networking.k8s.io/v1 NetworkPolicy': 'networkpolicies',
  [`${group}/${apiVersion} ${kind}`]: plural,
};

export interface Type {
  readonly apiVersion: string;
  readonly kind: string;
}

function pluralOf({ apiVersion, kind }: Type): string {
  const name = plurals[`${apiVersion} ${kind}`];
  if (name === undefined) throw new Error(`no path is known for ${apiVersion} ${kind}`);
  return name;
}

/** Path of all objects of a kind, in one namespace if given. */
export function collectionPath(type: Type, namespace?: string): string {
  const prefix = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  return `${prefix}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${pluralOf(type)}`;
}

/** What the CustomResourceDefinition of a kind is called. */
export const definitionName = (type: Type): string => `${pluralOf(type)}.${type.apiVersion.split('/')[0]}`;

/** Path of one object. */
export const objectPath = (
  object: Type & { readonly metadata: { readonly name: string; readonly namespace?: string } },
): string => `${collectionPath(object, object.metadata.namespace)}/${object.metadata.name}`;

/** A path with placeholders for names, so that spans of like requests have one name. */
export const pathTemplate = (path: string): string =>
  path.replace(
    /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+(?=\/))?(\/[^/]+)(\/[^/]+)?/,
    (_path, version: string, namespace: string | undefined, kind: string, name: string | undefined) =>
      `${version}${namespace ? '/namespaces/{namespace}' : ''}${kind}${name ? '/{name}' : ''}`,
  );
