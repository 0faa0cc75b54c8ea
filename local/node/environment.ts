import { expanded } from './expand.ts';
import { type PodAddresses, podField } from './field-ref.ts';
import type { Container, EnvSource, Pod, Sources } from './objects.ts';

/** A container cannot start as it is written: the kubelet's CreateContainerConfigError. The message names the cause. */
export class ContainerConfigError extends Error {
  override name = 'ContainerConfigError';
}

interface Input {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly sources: Sources;
  /** What the node gives every container; the container's own variables win. */
  readonly base: Readonly<Record<string, string>>;
}

/**
 * The environment of a container: the node's variables, then `envFrom`, then `env` in order, where each value may
 * refer to those before it. Throws ContainerConfigError when a ConfigMap, Secret or key is missing that is not optional.
 */
export function environment(container: Container, input: Input): Record<string, string> {
  const variables: Record<string, string> = { ...input.base };
  for (const from of container.envFrom ?? []) {
    for (const [key, value] of Object.entries(allOf(from, input.sources))) {
      variables[`${from.prefix ?? ''}${key}`] = value;
    }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom === undefined ? expanded(value ?? '', variables) : sourceValue(valueFrom, input);
    if (found !== undefined) variables[name] = found;
  }
  return variables;
}

type EnvFrom = NonNullable<Container['envFrom']>[number];

function allOf({ configMapRef, secretRef }: EnvFrom, sources: Sources): Record<string, string> {
  if (configMapRef !== undefined) {
    const found = sources.configMap(configMapRef.name ?? '');
    if (found === undefined && !configMapRef.optional) throw notFound('configmap', configMapRef.name);
    return found?.data ?? {};
  }
  const found = sources.secret(secretRef?.name ?? '');
  if (found === undefined && !secretRef?.optional) throw notFound('secret', secretRef?.name);
  return Object.fromEntries(Object.entries(found?.data ?? {}).map(([key, data]) => [key, decoded(data)]));
}

/** The value that an `env[].valueFrom` stands for; undefined when it is optional and missing. */
function sourceValue(from: EnvSource, { pod, addresses, sources }: Input): string | undefined {
  if (from.fieldRef !== undefined) return podField(pod, from.fieldRef.fieldPath, addresses);
  if (from.configMapKeyRef !== undefined) {
    const found = sources.configMap(from.configMapKeyRef.name ?? '');
    return valueOfKey('ConfigMap', pod.metadata.namespace, from.configMapKeyRef, found);
  }
  if (from.secretKeyRef !== undefined) {
    const found = sources.secret(from.secretKeyRef.name ?? '');
    const data = valueOfKey('Secret', pod.metadata.namespace, from.secretKeyRef, found);
    return data === undefined ? undefined : decoded(data);
  }
  return undefined;
}

interface KeyRef {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

function valueOfKey(
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
  { name, key, optional }: KeyRef,
  object: { data?: Record<string, string> } | undefined,
): string | undefined {
  const value = object?.data?.[key];
  if (value !== undefined || optional) return value;
  if (object === undefined) throw notFound(kind.toLowerCase(), name);
  throw new ContainerConfigError(`couldn't find key ${key} in ${kind} ${namespace}/${name}`);
}

const notFound = (kind: string, name: string | undefined) => new ContainerConfigError(`${kind} "${name}" not found`);

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
