/** What each program of the control plane is started with. Everything here was tried with Kubernetes 1.36. */

/**
 * The controllers that our objects and those of a Prometheus Operator need. (All of them would boot as fast and take
 * 20 MiB more; those that expect a kubelet or a cloud would do harm.)
 */
const controllers = [
  'namespace-controller',
  'garbage-collector-controller',
  'pod-garbage-collector-controller',
  // Takes away the taint with which every node is born.
  'node-lifecycle-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'replicaset-controller',
  'deployment-controller',
  'statefulset-controller',
  'disruption-controller',
  'resourcequota-controller',
];

/**
 * The socket's name ends like a port since etcd insists on one. It is looked up in the working directory, where nobody
 * but this user can reach it: etcd asks nobody for a name or password.
 */
const etcdSocket = 'unix://client.sock:0';
const etcdPeerSocket = 'unix://peer.sock:0';

export const etcdFlags = [
  '--data-dir=data',
  '--name=local',
  `--listen-client-urls=${etcdSocket}`,
  `--advertise-client-urls=${etcdSocket}`,
  `--listen-peer-urls=${etcdPeerSocket}`,
  `--initial-advertise-peer-urls=${etcdPeerSocket}`,
  `--initial-cluster=local=${etcdPeerSocket}`,
  // The state lives as long as the cluster: nothing of it has to survive a power cut.
  '--unsafe-no-fsync',
  '--log-level=warn',
];

/** Files that the programs share, by absolute path. */
export interface Files {
  /** Lines of `token,user,uid,"group,…"`. */
  readonly tokens: string;
  readonly serviceAccountKey: string;
  readonly certDir: string;
  readonly ca: string;
  readonly kubeconfig: string;
}

export const apiPort = 6443;

export const apiServerFlags = (address: string, files: Files) => [
  `--etcd-servers=${etcdSocket}`,
  `--bind-address=${address}`,
  `--advertise-address=${address}`,
  `--secure-port=${apiPort}`,
  // It signs a certificate of its own there, for its address and for kubernetes.default.svc.
  `--cert-dir=${files.certDir}`,
  '--authorization-mode=RBAC',
  `--token-auth-file=${files.tokens}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-signing-key-file=${files.serviceAccountKey}`,
  `--service-account-key-file=${files.serviceAccountKey}`,
  '--service-cluster-ip-range=10.96.0.0/16',
  '--allow-privileged=true',
  // By default it would look the node's name up in DNS, for `kubectl logs`.
  '--kubelet-preferred-address-types=InternalIP',
  // The address may be a loopback one, which an EndpointSlice would refuse, and pods are told it by their environment.
  '--endpoint-reconciler-type=none',
  '--profiling=false',
];

export const controllerManagerFlags = (files: Files) => [
  `--kubeconfig=${files.kubeconfig}`,
  `--controllers=${controllers.join(',')}`,
  `--root-ca-file=${files.ca}`,
  `--service-account-private-key-file=${files.serviceAccountKey}`,
  '--use-service-account-credentials=false',
  '--leader-elect=false',
  // With the default of 20 a second, a default ServiceAccount takes 8 s instead of 4.
  '--kube-api-qps=1000',
  '--kube-api-burst=2000',
  '--secure-port=0',
];

export const schedulerFlags = (files: Files) => [
  `--kubeconfig=${files.kubeconfig}`,
  '--leader-elect=false',
  '--kube-api-qps=1000',
  '--kube-api-burst=2000',
  '--secure-port=0',
];
