/** What is kept of objects in memory: ten thousand pods are 118 MB as the API server sends them, and 23 MB so. */
import type { ContainerStatus, KubeObject, Namespace, ObjectCondition, ObjectMeta, Pod } from '../../kube.ts';

/** Every property that a type declares: one that is added to it and not here does not compile. */
type AllOf<T> = Readonly<Record<keyof T, true>>;

const metaFields: AllOf<ObjectMeta> = {
  name: true,
  namespace: true,
  uid: true,
  resourceVersion: true,
  generation: true,
  creationTimestamp: true,
  deletionTimestamp: true,
  deletionGracePeriodSeconds: true,
  labels: true,
  annotations: true,
  ownerReferences: true,
  finalizers: true,
};

type PodStatus = NonNullable<Pod['status']>;
type Container = Pod['spec']['containers'][number];
type ContainerPort = NonNullable<Container['ports']>[number];

const podSpecFields: AllOf<Pod['spec']> = { nodeName: true, containers: true };
const containerFields: AllOf<Container> = { name: true, image: true, ports: true };
const portFields: AllOf<ContainerPort> = { name: true, hostPort: true };
const podStatusFields: AllOf<PodStatus> = {
  phase: true,
  reason: true,
  message: true,
  podIP: true,
  podIPs: true,
  conditions: true,
  containerStatuses: true,
};
const conditionFields: AllOf<ObjectCondition> = { type: true, status: true, reason: true, message: true };
const containerStatusFields: AllOf<ContainerStatus> = { name: true, restartCount: true, state: true, lastState: true };

/** `object` without what `fields` does not name. In their order: objects whose fields come in one order share their shape. */
function only<T extends object>(object: T, fields: AllOf<T>): T {
  const kept: Partial<T> = {};
  for (const name in fields) if (object[name] !== undefined) kept[name] = object[name];
  return kept as T;
}

/** What kubectl applied last, again and whole. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object of any kind without the parts of its metadata that nobody here reads. */
export function lean<T extends KubeObject>(object: T): T {
  const metadata = only<ObjectMeta>(object.metadata, metaFields);
  if (metadata.annotations?.[lastApplied] === undefined) return { ...object, metadata };
  const { [lastApplied]: _, ...annotations } = metadata.annotations;
  return { ...object, metadata: { ...metadata, annotations } };
}

/** By what an object is told from others, and its state from a later one: all that many kinds keep of their metadata. */
export const identity = ({ name, namespace, uid, resourceVersion }: ObjectMeta): ObjectMeta => ({
  name,
  ...(namespace && { namespace }),
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
});

export const leanPod = ({ apiVersion, kind, metadata, spec, status }: Pod): Pod => ({
  apiVersion,
  kind,
  metadata,
  spec: { ...only(spec, podSpecFields), containers: spec.containers.map(leanContainer) },
  ...(status && { status: leanPodStatus(status) }),
});

const leanContainer = (container: Container): Container => ({
  ...only(container, containerFields),
  ...(container.ports && { ports: container.ports.map((port) => only(port, portFields)) }),
});

const leanPodStatus = (status: PodStatus): PodStatus => ({
  ...only(status, podStatusFields),
  ...(status.conditions && { conditions: status.conditions.map((one) => only(one, conditionFields)) }),
  ...(status.containerStatuses && {
    containerStatuses: status.containerStatuses.map((one) => only(one, containerStatusFields)),
  }),
});

export const leanNamespace = ({ apiVersion, kind, metadata, status }: Namespace): Namespace => ({
  apiVersion,
  kind,
  metadata,
  ...(status?.phase && { status: { phase: status.phase } }),
});
