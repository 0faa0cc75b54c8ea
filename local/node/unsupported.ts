import { isPodField } from './field-ref.ts';
import type { Container, Pod, Probe, Volume } from './objects.ts';

/**
 * What of a pod this node cannot do, as field paths with a reason. A pod with a finding is not started.
 *
 * Ignored without harm, as a pod here is an ordinary process of the user who started the cluster: securityContext,
 * resources (no limit is enforced), topology spread, affinity and tolerations (the scheduler's business), image pull
 * policy and secrets, hostname and DNS settings, service links, host aliases, read-only and propagation of mounts,
 * priority, runtime class, stdin and tty.
 */
export function unsupported(pod: Pod): readonly string[] {
  const { spec } = pod;
  return [
    ...refused('spec', [
      [spec.hostNetwork === true, 'hostNetwork', 'every pod has an address of its own'],
      [spec.hostPID === true, 'hostPID', 'pods share one process namespace already'],
      [spec.shareProcessNamespace === true, 'shareProcessNamespace', 'one process group per container'],
      [(spec.ephemeralContainers ?? []).length > 0, 'ephemeralContainers', 'there is no container to attach to'],
      [spec.os?.name === 'windows', 'os', 'only this machine'],
    ]),
    ...(spec.volumes ?? []).flatMap(volumeFindings),
    ...(spec.initContainers ?? []).flatMap((container, index) => [
      ...refused(`spec.initContainers[${index}]`, [
        [container.restartPolicy === 'Always', 'restartPolicy', 'no sidecars among the init containers'],
      ]),
      ...containerFindings(container, `spec.initContainers[${index}]`),
    ]),
    ...spec.containers.flatMap((container, index) => containerFindings(container, `spec.containers[${index}]`)),
  ];
}

type Rule = readonly [isBroken: boolean, field: string, why: string];

const refused = (path: string, rules: readonly Rule[]) =>
  rules.filter(([isBroken]) => isBroken).map(([, field, why]) => `${path}.${field}: ${why}`);

const volumeKinds = new Set(['configMap', 'secret', 'downwardAPI', 'projected', 'emptyDir']);
const projectionKinds = new Set(['configMap', 'secret', 'downwardAPI', 'serviceAccountToken']);

function volumeFindings(volume: Volume, index: number): string[] {
  const path = `spec.volumes[${index}]`;
  const known = [...volumeKinds].join(', ');
  const items = [
    volume.downwardAPI,
    ...(volume.projected?.sources ?? []).map(({ downwardAPI }) => downwardAPI),
  ].flatMap((source) => source?.items ?? []);
  return [
    ...kindsOf(volume)
      .filter((kind) => kind !== 'name' && !volumeKinds.has(kind))
      .map((kind) => `${path}.${kind}: volumes are of the kinds ${known}`),
    ...(volume.projected?.sources ?? [])
      .flatMap(kindsOf)
      .filter((kind) => !projectionKinds.has(kind))
      .map((kind) => `${path}.projected.sources.${kind}: projected are ${[...projectionKinds].join(', ')}`),
    ...items
      .filter(({ fieldRef }) => fieldRef === undefined || !isPodField(fieldRef.fieldPath))
      .map((item) => `${path}: ${item.path}: not a field that this node knows`),
  ];
}

function containerFindings(container: Container, path: string): string[] {
  const { env = [], volumeMounts = [], ports = [] } = container;
  const isMounted = (path: string) => volumeMounts.some(({ mountPath }) => `${path}/`.startsWith(`${mountPath}/`));
  return [
    ...refused(path, [
      [container.workingDir !== undefined && !isMounted(container.workingDir), 'workingDir', 'only below a mount'],
      [(container.volumeDevices ?? []).length > 0, 'volumeDevices', 'no block devices'],
      [container.lifecycle?.postStart !== undefined, 'lifecycle.postStart', 'not supported'],
      [container.lifecycle?.preStop?.tcpSocket !== undefined, 'lifecycle.preStop.tcpSocket', 'use httpGet or exec'],
      [container.lifecycle?.stopSignal !== undefined, 'lifecycle.stopSignal', 'always SIGTERM'],
      [(container.restartPolicyRules ?? []).length > 0, 'restartPolicyRules', 'only the pod has a restartPolicy'],
      [ports.some(({ hostIP }) => (hostIP ?? '') !== ''), 'ports.hostIP', 'the node has one address outside'],
      [ports.some(({ protocol, hostPort }) => protocol === 'SCTP' && hostPort), 'ports.protocol', 'no SCTP'],
    ]),
    ...env.flatMap(({ name, valueFrom }, index) =>
      refused(`${path}.env[${index}]`, [
        [valueFrom?.resourceFieldRef !== undefined, 'valueFrom.resourceFieldRef', `${name}: no limits are enforced`],
        [valueFrom?.fileKeyRef !== undefined, 'valueFrom.fileKeyRef', `${name}: not supported`],
        [
          valueFrom?.fieldRef !== undefined && !isPodField(valueFrom.fieldRef.fieldPath),
          `valueFrom.fieldRef.fieldPath`,
          `${name}: not a field that this node knows`,
        ],
      ]),
    ),
    ...volumeMounts.flatMap((mount, index) =>
      refused(`${path}.volumeMounts[${index}]`, [[mount.subPathExpr !== undefined, 'subPathExpr', 'not supported']]),
    ),
    ...probeFindings(container, path),
  ];
}

const probeFindings = (container: Container, path: string) =>
  (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).flatMap((kind) =>
    isProbed(container[kind]) ? [] : [`${path}.${kind}.grpc: use httpGet, tcpSocket or exec`],
  );

const isProbed = (probe: Probe | undefined) => probe?.grpc === undefined;

const kindsOf = (source: object) =>
  Object.entries(source)
    .filter(([, value]) => value !== undefined)
    .map(([kind]) => kind);
