import type {
  V1ConfigMap,
  V1Container,
  V1ContainerStatus,
  V1EnvVarSource,
  V1PodCondition,
  V1PodSpec,
  V1PodStatus,
  V1Probe,
  V1Secret,
  V1ServiceSpec,
  V1Volume,
} from '@kubernetes/client-node';
import type { KubeObject, ObjectMeta } from '#operator/kube.ts';

/**
 * A type of the API as it travels: the client library's types say Date where JSON has an RFC 3339 string. Only types
 * are taken from the library.
 */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

interface Namespaced extends KubeObject {
  readonly metadata: ObjectMeta & { readonly namespace: string; readonly uid: string };
}

/** A pod that the API server has defaulted and the scheduler has put on a node. */
export interface Pod extends Namespaced {
  readonly spec: Wire<V1PodSpec>;
  readonly status?: PodStatus;
}

export interface Service extends Namespaced {
  readonly spec?: Wire<V1ServiceSpec>;
}

export type Container = Wire<V1Container>;
export type ContainerStatus = Wire<V1ContainerStatus>;
export type PodStatus = Wire<V1PodStatus>;
export type PodCondition = Wire<V1PodCondition>;
export type Probe = Wire<V1Probe>;
export type Volume = Wire<V1Volume>;
export type ConfigMap = Wire<V1ConfigMap>;
export type Secret = Wire<V1Secret>;
export type EnvSource = Wire<V1EnvVarSource>;

/** What a pod asks for in ConfigMaps, Secrets and tokens, as they were read at one moment. */
export interface Sources {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  /** A ServiceAccount token of the pod for that audience (undefined: the API server's own) and lifetime. */
  token(audience: string | undefined, expirationSeconds: number | undefined): string | undefined;
}
