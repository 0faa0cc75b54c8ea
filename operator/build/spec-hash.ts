import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import { hash } from '../hash.ts';
import { oncePer } from '../once-per.ts';
import { oncePerSpec } from './once-per-spec.ts';
import { type PodChoices, podChoices } from './pod-choices.ts';

/**
 * Of how the hash is made: pods with a hash made in another way are replaced, unless `isSpecHash` knows that way, too. In
 * 0.1.0 there was no scheme.
 */
const scheme = 2;

/** Hash of what cannot change in a running pod. The port is not in it: each pod has its own. */
export const specHash = (room: LiveRoom, config: Config): string => current(config)(room);

/** Whether a pod that carries this hash is as the room wants it: today's, or that of a pod which an earlier release made. */
export const isSpecHash = (carried: string, room: LiveRoom, config: Config): boolean =>
  carried === specHash(room, config) || (isOf010(carried) && carried === former(config)(room));

const isOf010 = (carried: string): boolean => !carried.includes('-');

/** A reconcile asks for it several times, and where all rooms are looked at again, of each that has not changed. */
const current = oncePer((config: Config) => oncePerSpec((room) => `${scheme}-${hash(podChoices(room, config))}`));

/** Kept as well: a pod of 0.1.0 that still fits is never replaced. */
const former = oncePer((config: Config) =>
  oncePerSpec((room) => (isBeyond010(room) ? undefined : hashOf010(room.metadata.name, podChoices(room, config)))),
);

/** Whether a server of 0.1.0 would refuse the room's settings and go on with those from before, or pass a part over. */
const isBeyond010 = ({ spec: { publish, play, network } }: LiveRoom): boolean =>
  [publish, play].some(({ auth }) => auth.mode === 'JWT') ||
  publish.codecs.some((codec) => !codecsOf010.includes(codec)) ||
  Boolean(network.iceServers?.length);

const codecsOf010: readonly string[] = ['H264', 'VP8', 'Opus'];

/**
 * Release 0.1.0 hashed the whole pod that it made, so that pod stands here once more, as it was. Nothing of it follows
 * from what we make now. Undefined for what 0.1.0 could not choose.
 */
function hashOf010(room: string, { image, mediaMode, tokens, resources, ...others }: PodChoices): string | undefined {
  const { nodeSelector, tolerations, ...unknown } = others;
  if (Object.keys(unknown).length > 0 || !['HostPort', 'ClusterOnly'].includes(mediaMode)) return undefined;
  const isHostPort = mediaMode === 'HostPort';
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const mounted = (name: string) => ({ name, mountPath: `/etc/liveroom/${name}`, readOnly: true });
  const get = (path: string) => ({ httpGet: { path, port: 'metrics' } });
  const mediaAddress = {
    path: 'media-address',
    fieldRef: { fieldPath: "metadata.annotations['liveroom.dev/media-address']" },
  };
  const sources = tokens.map(({ secret, key, file: path, isGenerated }) => ({
    secret: { name: secret, items: [{ key, path }], ...(isGenerated && { optional: true }) },
  }));
  const container = {
    name: 'sfu',
    image,
    command: ['node', '--max-semi-space-size=2', 'server/main.ts'],
    env: [
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('POD_IP', 'status.podIP'),
      { name: 'NODE_COMPILE_CACHE', value: 'node_modules/.cache/node' },
      { name: 'ROOMS_FILE', value: '/etc/liveroom/room/rooms.yaml' },
      { name: 'TOKENS_DIR', value: '/etc/liveroom/tokens' },
      ...(isHostPort ? [{ name: 'MEDIA_ADDRESS_FILE', value: '/etc/liveroom/pod/media-address' }] : []),
    ],
    ports: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
      { name: 'media', containerPort: 7882, protocol: 'UDP' },
    ],
    startupProbe: { ...get('/livez'), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...get('/livez'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { ...get('/readyz'), periodSeconds: 2, timeoutSeconds: 2 },
    resources: resources ?? { requests: { cpu: '100m', memory: '160Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: ['room', 'tokens', ...(isHostPort ? ['pod'] : [])].map(mounted),
  };
  return hash({
    restartPolicy: 'Always',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    containers: [container],
    volumes: [
      { name: 'room', configMap: { name: room } },
      { name: 'tokens', projected: { sources } },
      ...(isHostPort ? [{ name: 'pod', downwardAPI: { items: [mediaAddress] } }] : []),
    ],
  });
}
