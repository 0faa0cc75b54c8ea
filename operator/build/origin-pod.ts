import {
  annotation,
  compileCache,
  env,
  file,
  keysSecretName,
  label,
  mount,
  otherPodsText,
  port,
  portName,
  version,
} from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import { hash } from '../hash.ts';
import { settingsHash } from './config-map.ts';
import { durationMs } from './duration.ts';
import { evictionMarks } from './eviction.ts';
import { roomMeta } from './labels.ts';
import { type PodChoices, podChoices } from './pod-choices.ts';
import { probes } from './probes.ts';
import { scrapeAnnotations } from './scrape-annotations.ts';
import { specHash } from './spec-hash.ts';

/** The server ends by itself at the drain timeout; the rest is for closing what is left. */
const closingSeconds = 30;

/** How long a pod that is deleted may take. A running pod's own value is from its creation, so deletions pass this one. */
export const drainSeconds = (room: LiveRoom): number =>
  Math.ceil(durationMs(room.spec.drain.timeout) / 1000) + closingSeconds;

export interface OriginChoice {
  /** Port of the node; none when clients reach the pod by its own address. */
  readonly hostPort?: number | undefined;
  /** Name of the pod whose place it takes; empty for the first. */
  readonly replaces: string;
  /** UIDs of the room's other pods. */
  readonly others?: readonly string[];
  /** How many before it were given up, one after the other, because their server kept crashing. */
  readonly crashLoops?: number;
  /** How many before it were given up because somebody else's pod had their host port. */
  readonly heldPorts?: number;
}

/**
 * The pod where the room's publisher is. Its name is a hash of what it is and of whom it replaces, so that creating it
 * twice makes one, and never the one that is still draining.
 */
export function originPod(room: LiveRoom, config: Config, choice: OriginChoice) {
  const { hostPort, replaces, others = [], crashLoops = 0, heldPorts = 0 } = choice;
  const choices = podChoices(room, config);
  const fits = specHash(room, config);
  const name = `${room.metadata.name}-origin-${hash([room.metadata.uid, fits, replaces], 5)}`;
  const meta = roomMeta(room, name, 'origin');
  const marks = evictionMarks(room);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...meta,
      labels: { ...choices.labels, ...meta.labels, [label.version]: version, [label.pod]: name, ...marks.labels },
      annotations: {
        ...choices.annotations,
        ...scrapeAnnotations(config),
        ...marks.annotations,
        [annotation.specHash]: fits,
        [annotation.settingsHash]: settingsHash(room),
        [annotation.otherPods]: otherPodsText(others),
        ...(crashLoops > 0 && { [annotation.crashLoops]: String(crashLoops) }),
        ...(heldPorts > 0 && { [annotation.heldPorts]: String(heldPorts) }),
      },
    },
    spec: { ...podSpec(room, choices, hostPort), terminationGracePeriodSeconds: drainSeconds(room) },
  } as const;
}

/** Of the room nothing but its name: what else a pod is made of is among the choices, and so in the hash. */
function podSpec({ metadata }: LiveRoom, choices: PodChoices, hostPort: number | undefined) {
  const { image, imagePullSecrets, nodeSelector, tolerations, affinity, topologySpreadConstraints } = choices;
  const { priorityClassName, serviceAccountName, resources } = choices;
  const mounts = volumes(metadata.name, choices);
  return {
    restartPolicy: 'Always',
    ...(serviceAccountName && { serviceAccountName }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    ...(imagePullSecrets && { imagePullSecrets }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
    ...(topologySpreadConstraints && { topologySpreadConstraints }),
    ...(priorityClassName && { priorityClassName }),
    containers: [
      {
        name: 'sfu',
        image,
        command: ['node', youngGeneration, 'server/main.ts'],
        env: environment(choices),
        ports: ports(hostPort),
        ...probes(choices.probes),
        // So that the pod's status says why a server ended.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        resources: resources ?? { requests: { cpu: '100m', memory: '160Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: mounts.map(({ name }) => ({ name, mountPath: pathOf[name], readOnly: true })),
      },
    ],
    volumes: mounts,
  } as const;
}

/**
 * Node lets short-lived objects fill 48 MB a thread before it looks at them. A media server makes few, and the memory is
 * better spent on another room's pod.
 */
export const youngGeneration = '--max-semi-space-size=2';

const fieldRef = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const environment = (choices: PodChoices) => [
  fieldRef(env.podName, 'metadata.name'),
  fieldRef(env.podNamespace, 'metadata.namespace'),
  fieldRef(env.podUID, 'metadata.uid'),
  fieldRef(env.podIP, 'status.podIP'),
  fieldRef(env.podIPs, 'status.podIPs'),
  { name: env.compileCache, value: compileCache },
  { name: env.roomsFile, value: `${mount.room.path}/${file.rooms}` },
  { name: env.tokensDir, value: mount.tokens.path },
  { name: env.keysDir, value: mount.keys.path },
  ...(isToldAddress(choices) ? [{ name: env.mediaAddressFile, value: `${mount.pod.path}/${file.mediaAddress}` }] : []),
  { name: env.otherPodsFile, value: `${mount.pod.path}/${file.otherPods}` },
  ...(choices.environment ?? []),
];

export const usesHostPort = (room: LiveRoom): boolean => room.spec.network.media.mode === 'HostPort';

/** Of its own address a pod knows by itself. */
const isToldAddress = ({ mediaMode }: PodChoices): boolean => mediaMode !== 'ClusterOnly';

const ports = (hostPort: number | undefined) => [
  { name: portName.http, containerPort: port.http, protocol: 'TCP' },
  { name: portName.internal, containerPort: port.internal, protocol: 'TCP' },
  { name: portName.media, containerPort: port.media, protocol: 'UDP', ...(hostPort === undefined ? {} : { hostPort }) },
];

const pathOf = {
  room: mount.room.path,
  tokens: mount.tokens.path,
  pod: mount.pod.path,
  keys: mount.keys.path,
} as const;

/** The kubelet keeps them up to date until the pod is deleted. */
function volumes(room: string, choices: PodChoices) {
  const tokens = choices.tokens.map(({ secret, key, file: path, isGenerated }) => ({
    secret: { name: secret, items: [{ key, path }], ...(isGenerated && { optional: true }) },
  }));
  const turn = choices.turnSecrets ?? [];
  const sources = [
    ...tokens,
    ...turn.map(({ secret, key, file: path }) => ({ secret: { name: secret, items: [{ key, path }] } })),
  ];
  // All annotations would carry other people's too, so each file shows one alone.
  const shown = (path: string, name: string) => ({
    path,
    fieldRef: { fieldPath: `metadata.annotations['${name}']` },
  });
  const items = [
    ...(isToldAddress(choices) ? [shown(file.mediaAddress, annotation.mediaAddresses)] : []),
    shown(file.otherPods, annotation.otherPods),
  ];
  return [
    { name: mount.room.volume, configMap: { name: room } },
    { name: mount.tokens.volume, projected: { sources } },
    // It may come later: without it the pod serves all the same.
    { name: mount.keys.volume, secret: { secretName: keysSecretName, optional: true } },
    { name: mount.pod.volume, downwardAPI: { items } },
  ];
}
