/**
 * Every name that the operator and the server pods share. The two never import each other: they meet here, so a
 * ServiceMonitor cannot name a port, nor an alert a metric, that the server does not have.
 */

/** The release this tree is. Images carry it as their tag; `app.kubernetes.io/version` carries it as a label. */
export const version = '0.1.0';

/** The API group, and the prefix of every label and annotation of ours. */
export const group = 'liveroom.dev';

/** The server-side apply field manager of everything the operator writes. */
export const fieldManager = 'liveroom-operator';

/** Container ports of a server pod. Kubernetes has no port ranges, so every client's media shares one UDP port. */
export const port = {
  /** WHIP, WHEP and the pages: the only one that may be public. */
  http: 8080,
  /** Metrics, probes, stats: for the cluster's own, never on a public Service. */
  internal: 9090,
  /** STUN, DTLS, SRTP of all clients. */
  media: 7882,
} as const;

/** Names of those ports in pods and Services. A ServiceMonitor selects a port by its name. */
export const portName = { http: 'http', internal: 'metrics', media: 'media' } as const;

/** Names of objects that exist once per namespace with rooms. */
export const namespaceObject = 'live-sfu';

export const label = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  version: 'app.kubernetes.io/version',
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  /** The room's name, on all of its objects. */
  room: `${group}/room`,
  /** On a pod, its own name: a Service that leads to it alone selects it by that. Pods of release 0.1.0 have it when needed. */
  pod: `${group}/pod`,
  /** On a pod, how its room lets it be evicted. */
  eviction: `${group}/eviction`,
  /** On a room: the id of the operator that looks after it; without it, the one that has no id. */
  operator: `${group}/operator`,
} as const;

/** Values of `app.kubernetes.io/name`. */
export const appName = { sfu: 'live-sfu', operator: 'liveroom-operator' } as const;

export const annotation = {
  /**
   * On a pod: `address:port` where clients reach its media port; pods of release 0.1.0 know this one alone. On a node:
   * the IP addresses at which clients reach it, with commas, where they are others than Kubernetes knows.
   */
  mediaAddress: `${group}/media-address`,
  /** All that clients can try, one of each IP family, with commas; a downward API volume shows it to the server. */
  mediaAddresses: `${group}/media-addresses`,
  /**
   * On a pod: UIDs of the room's other pods, as `otherPodsText` writes them; a downward API volume shows it to the server.
   * Pods that were made without it stay so.
   */
  otherPods: `${group}/other-pods`,
  /** Hash of the part of the pod that cannot change without a restart. */
  specHash: `${group}/spec-hash`,
  /** Hash of the settings; patching it makes the kubelet refresh the pod's volumes at once instead of within a minute. */
  settingsHash: `${group}/settings-hash`,
  /** On a room: any other value has the operator look at the room's Secrets at once, and make the tokens that are gone. */
  renewTokens: `${group}/renew-tokens`,
  /** On a pod: changes with the tokens, so that the kubelet shows them to the server at once. */
  tokensVersion: `${group}/tokens-version`,
  /** Hash of what the operator last applied, so that it applies again only what is to change. */
  appliedHash: `${group}/applied-hash`,
  /** On a room: `Paused` keeps the operator from doing anything about it but saying how it is. */
  reconcile: `${group}/reconcile`,
  /** On a pod: how many before it were given up, one after the other, because their server kept crashing. */
  crashLoops: `${group}/crash-loops`,
  /** On a pod: how many before it were given up, one after the other, because somebody else's pod had their host port. */
  heldPorts: `${group}/held-ports`,
} as const;

/** Where a server pod finds its settings. All are mounted, watched, and frozen once the pod is being deleted. */
export const mount = {
  room: { volume: 'room', path: '/etc/liveroom/room' },
  tokens: { volume: 'tokens', path: '/etc/liveroom/tokens' },
  pod: { volume: 'pod', path: '/etc/liveroom/pod' },
  keys: { volume: 'keys', path: '/etc/liveroom/keys' },
} as const;

/** File names below those mounts. */
export const file = { rooms: 'rooms.yaml', mediaAddress: 'media-address', otherPods: 'other-pods' } as const;

/** Environment of a server pod. */
export const env = {
  podName: 'POD_NAME',
  /** Tells the pod from a later one with its address. */
  podUID: 'POD_UID',
  podNamespace: 'POD_NAMESPACE',
  nodeName: 'NODE_NAME',
  /** The server binds this address and no other, but for media. */
  podIP: 'POD_IP',
  /** With commas, one of each IP family that the pod has: the media port is bound at all of them. */
  podIPs: 'POD_IPS',
  roomsFile: 'ROOMS_FILE',
  tokensDir: 'TOKENS_DIR',
  /** Folder of what the pods of the namespace share. Absent: there are no others to pass requests on to. */
  keysDir: 'KEYS_DIR',
  /** Absent when clients reach the pod by its own address (`ClusterOnly`). */
  mediaAddressFile: 'MEDIA_ADDRESS_FILE',
  /** The room's other pods. Absent or empty: it is not known which there are. */
  otherPodsFile: 'OTHER_PODS_FILE',
  logLevel: 'LOG_LEVEL',
  /** Seconds without a turn of the main loop after which the server ends itself; 0: never. */
  hangLimit: 'HANG_LIMIT_SECONDS',
  /** Processors that the pod may use, as a decimal number; absent: its limit, or those of the machine. */
  cpuRequest: 'CPU_REQUEST',
  /** Proxies whose X-Forwarded-For is believed: addresses, networks, `private`, with commas; empty: none. */
  trustedProxies: 'TRUSTED_PROXIES',
  /** Sessions that one address may begin per second, and ten times as many at once; 0: any number. */
  joinRate: 'JOINS_PER_ADDRESS',
  /** Percent of its time that a thread may be busy with media before new viewers are refused; 0: all of it. */
  busyLimit: 'BUSY_LIMIT_PERCENT',
  /** Connections that the public port may have at a time. */
  maxConnections: 'MAX_CONNECTIONS',
  /** Before the name of each metric family. */
  metricsPrefix: 'METRICS_PREFIX',
  /** On each series, as `name=value,name=value`. */
  metricsConstLabels: 'METRICS_CONST_LABELS',
  /** `off`: without `process_*` and `nodejs_*`. */
  metricsDefault: 'METRICS_DEFAULT',
  /** Of Node: with code compiled before, neither thread needs the TypeScript stripper, which is 18 MB in each. */
  compileCache: 'NODE_COMPILE_CACHE',
} as const;

/** Settings of a server that an installation chooses for all pods. The rest of their environment is the operator's. */
export const podSettings = [
  env.logLevel,
  env.hangLimit,
  env.cpuRequest,
  env.trustedProxies,
  env.joinRate,
  env.busyLimit,
  env.maxConnections,
  env.metricsPrefix,
  env.metricsConstLabels,
  env.metricsDefault,
] as const;

/** The compile cache, from the image's working directory; the image comes with it filled. */
export const compileCache = 'node_modules/.cache/node';

/** Name of the Secret with what the server pods of a namespace share. */
export const keysSecretName = 'live-sfu-keys';

/** Its keys, and the files below `mount.keys`; a line for each secret, as with tokens. */
export const sharedKey = { sessions: 'sessions' } as const;

/** Of no other pod; an empty text is what is shown of an annotation that is not there. */
const noOthers = 'none';

/** UIDs with commas, or a word for none. */
export const otherPodsText = (uids: readonly string[]): string =>
  uids.length === 0 ? noOthers : uids.toSorted().join();

/** What `otherPodsText` has written; undefined for an empty text. */
export function otherPodsIn(text: string): readonly string[] | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  return written === noOthers ? [] : written.split(',');
}

/** Keys of the generated Secret `<room>-tokens`. */
export const tokenKey = { publish: 'publish', play: 'play' } as const;

/** Of a room: each has a token of its own. */
export type Side = keyof typeof tokenKey;

/** Name of the Secret that holds a room's generated tokens. */
export const tokensSecretName = (room: string) => `${room}-tokens`;

/** Name of a room's token file below `mount.tokens`. */
export const tokenFile = (namespace: string, room: string, side: Side) => `${namespace}.${room}.${side}`;

/**
 * Name of the file, below `mount.tokens`, with the secret that JSON Web Tokens of a side are signed with. Another one, as a
 * running pod is told at once of another mode and gets the files of its Secret with the next pod: whoever knows a plain
 * token must not sign with it meanwhile, nor get in by a signing key.
 */
export const signingKeyFile = (namespace: string, room: string, side: Side) =>
  `${tokenFile(namespace, room, side)}.jwt`;

/** Name of the file, below `mount.tokens`, with the secret of a TURN server of a room, by its place among them. */
export const turnSecretFile = (namespace: string, room: string, index: number) => `${namespace}.${room}.turn.${index}`;

/** Public paths, the same in every environment, so that one host name can serve all rooms. */
export const roomPath = (namespace: string, room: string) => `/${namespace}/${room}`;
export const publicPath = {
  whip: (namespace: string, room: string) => `${roomPath(namespace, room)}/whip`,
  whep: (namespace: string, room: string) => `${roomPath(namespace, room)}/whep`,
  player: (namespace: string, room: string) => `${roomPath(namespace, room)}/`,
  publisher: (namespace: string, room: string) => `${roomPath(namespace, room)}/publish`,
} as const;

/** Paths of live-webrtc-go for the same, which know no namespace. */
export const aliasPath = {
  whip: (room: string) => `/api/whip/publish/${room}`,
  whep: (room: string) => `/api/whep/play/${room}`,
} as const;

/** Paths on the internal port. */
export const internalPath = {
  livez: '/livez',
  readyz: '/readyz',
  healthz: '/healthz',
  metrics: '/metrics',
  stats: '/stats',
  /** For other server pods: requests for sessions of this one. */
  passedOn: '/passed-on',
  viewers: '/stats/viewers',
} as const;
