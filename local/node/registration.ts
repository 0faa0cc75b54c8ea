import { absentIfNotFound, isStatus } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import type { PodStatus } from './objects.ts';
import { rfc3339, rfc3339Micro } from './rfc3339.ts';

export interface NodeIdentity {
  readonly name: string;
  /** Where pods and control plane reach it. */
  readonly address: string;
  /** Where its host ports stand for clients outside. */
  readonly externalAddress: string;
  readonly kubeletPort: number;
  readonly cidr: string;
  /** Quantities by resource: what the scheduler may give away. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly version: string;
}

/** How often a kubelet renews its Lease, and for how long it is good (v1.36: a quarter of nodeLeaseDurationSeconds). */
const renewEveryMs = 10_000;
const leaseSeconds = 40;

/** Makes the Node object what it should be, Ready, and keeps its Lease until the returned function is called. */
export async function register(
  client: KubeClient,
  identity: NodeIdentity,
  { now, log }: { readonly now: () => number; readonly log: (line: string) => void },
): Promise<() => void> {
  const path = `/api/v1/nodes/${identity.name}`;
  const node = nodeObject(identity);
  await client.request('POST', '/api/v1/nodes', { body: node }).catch(async (error) => {
    if (!isStatus(error, 409)) throw error;
    const contentType = 'application/strategic-merge-patch+json';
    await client.request('PATCH', path, { contentType, body: { metadata: node.metadata } });
  });
  await postStatus(client, identity, now());
  // Every new Node is tainted as not ready, until the node lifecycle controller has seen that it is. No need to wait.
  await client.request('PATCH', path, {
    contentType: 'application/merge-patch+json',
    body: { spec: { taints: null } },
  });
  await renewLease(client, identity.name, now());
  const heartbeat = setInterval(() => {
    beat(client, identity, now()).catch((error) => log(`Heartbeat of node ${identity.name}: ${error.message}`));
  }, renewEveryMs);
  return () => clearInterval(heartbeat);
}

/** A machine that slept finds its Node declared dead: it says that it lives, and the controllers leave its pods alone. */
async function beat(client: KubeClient, identity: NodeIdentity, nowMs: number): Promise<void> {
  await renewLease(client, identity.name, nowMs);
  const node = await client.request<{ status?: Pick<PodStatus, 'conditions'> }>(
    'GET',
    `/api/v1/nodes/${identity.name}`,
  );
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') await postStatus(client, identity, nowMs);
}

async function postStatus(client: KubeClient, identity: NodeIdentity, nowMs: number): Promise<void> {
  await client.request('PATCH', `/api/v1/nodes/${identity.name}/status`, {
    contentType: 'application/strategic-merge-patch+json',
    body: { status: nodeStatus(identity, nowMs) },
  });
}

const nodeObject = ({ name, cidr, labels }: NodeIdentity) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
      ...labels,
    },
  },
  spec: { podCIDR: cidr, podCIDRs: [cidr] },
});

/** What `kubectl describe node`, the scheduler and the operator read. */
function nodeStatus(identity: NodeIdentity, nowMs: number) {
  const time = rfc3339(nowMs);
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  return {
    capacity: identity.capacity,
    allocatable: identity.capacity,
    // No Hostname: the API server would ask a name server for it before it tried the address.
    addresses: [
      { type: 'InternalIP', address: identity.address },
      { type: 'ExternalIP', address: identity.externalAddress },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: identity.kubeletPort } },
    conditions: [
      condition('MemoryPressure', 'False', 'NotMeasured', 'local processes have no limits'),
      condition('DiskPressure', 'False', 'NotMeasured', 'local processes have no limits'),
      condition('PIDPressure', 'False', 'NotMeasured', 'local processes have no limits'),
      condition('Ready', 'True', 'NodeReady', 'pods are run as local processes'),
    ],
    nodeInfo: {
      architecture: process.arch,
      operatingSystem: 'linux',
      kubeletVersion: identity.version,
      containerRuntimeVersion: 'process://1',
      osImage: 'local processes',
      kernelVersion: '',
      kubeProxyVersion: '',
      machineID: '',
      systemUUID: '',
      bootID: '',
    },
  };
}

async function renewLease(client: KubeClient, name: string, nowMs: number): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: rfc3339Micro(nowMs) };
  const renewed = await client
    .request('PATCH', `${leases}/${name}`, { contentType: 'application/merge-patch+json', body: { spec } })
    .catch(absentIfNotFound);
  if (renewed !== undefined) return;
  const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
  await client.request('POST', leases, { body });
}
