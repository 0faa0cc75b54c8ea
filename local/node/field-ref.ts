import type { Pod } from './objects.ts';

/** What is known of a pod beyond its object: the status that the node is about to write. */
export interface PodAddresses {
  readonly podIP: string;
  readonly hostIP: string;
}

/** Labels or annotations as the downward API writes them to a file: sorted, one `key="value"` a line. */
const formatted = (map: Readonly<Record<string, string>> | undefined) =>
  Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

const fields: Readonly<Record<string, (pod: Pod, addresses: PodAddresses) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace,
  'metadata.uid': (pod) => pod.metadata.uid,
  'metadata.labels': (pod) => formatted(pod.metadata.labels),
  'metadata.annotations': (pod) => formatted(pod.metadata.annotations),
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.podIP': (_pod, { podIP }) => podIP,
  'status.podIPs': (_pod, { podIP }) => podIP,
  'status.hostIP': (_pod, { hostIP }) => hostIP,
  'status.hostIPs': (_pod, { hostIP }) => hostIP,
};

/**
 * The value of a downward API field path, such as `status.podIP` or `metadata.annotations['a/b']` (empty when the pod
 * has no such key). Undefined for a path that this node does not know.
 */
export function podField(pod: Pod, path: string, addresses: PodAddresses): string | undefined {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (key !== undefined) return pod.metadata[map as 'labels' | 'annotations']?.[key] ?? '';
  return Object.hasOwn(fields, path) ? fields[path]?.(pod, addresses) : undefined;
}

/** Whether `podField` knows the path. */
export const isPodField = (path: string) =>
  Object.hasOwn(fields, path) || /^metadata\.(labels|annotations)\['.+'\]$/.test(path);
