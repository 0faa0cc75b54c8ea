import type { Pod, Service } from './objects.ts';

/** Where a request can go. */
export interface Backend {
  readonly pod: string;
  readonly host: string;
  readonly port: number;
}

/** The name of the Service port that is public. */
const portName = 'http';

/** A Service. */
export interface Route {
  readonly namespace: string;
  readonly service: string;
}

/** `/{namespace}/{service}/…`; undefined for any other path. */
export function routeOf(path: string): Route | undefined {
  const [, namespace, service] = /^\/([a-z0-9-]+)\/([a-z0-9-]+)(?:[/?]|$)/.exec(path) ?? [];
  return namespace === undefined || service === undefined ? undefined : { namespace, service };
}

/**
 * The pods that a Service's requests may go to: those that are ready; if none is, those that are going but still serve,
 * as kube-proxy has it.
 */
export function backends(service: Service, pods: Iterable<Pod>): readonly Backend[] {
  const selected = [...pods].filter((pod) => isSelected(service, pod) && isReady(pod));
  const staying = selected.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return (staying.length > 0 ? staying : selected).flatMap((pod) => backend(service, pod) ?? []);
}

function isSelected({ metadata, spec }: Service, pod: Pod): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  if (selector.length === 0 || pod.metadata.namespace !== metadata.namespace) return false;
  return selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

const isReady = ({ status }: Pod) =>
  (status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');

function backend(service: Service, pod: Pod): Backend | undefined {
  const ports = service.spec?.ports ?? [];
  const port = ports.find(({ name }) => name === portName) ?? (ports.length === 1 ? ports[0] : undefined);
  const target = port?.targetPort ?? port?.port;
  const named = pod.spec.containers.flatMap(({ ports: own = [] }) => own).find(({ name }) => name === target);
  const number = typeof target === 'number' ? target : named?.containerPort;
  const host = pod.status?.podIP;
  return number === undefined || host === undefined ? undefined : { pod: pod.metadata.name, host, port: number };
}
