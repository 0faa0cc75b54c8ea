import { annotation } from '#crds/contract.ts';
import { withDefaults } from '#crds/defaults.ts';
import { specSchema } from '#crds/schema.ts';
import { settingsHash } from '#operator/build/config-map.ts';
import type { KubeObject } from '#operator/kube.ts';
import type { Mirror } from './mirror.ts';

/** What two lives of a room never share: who and when, and not what. */
const fleeting = new Set<string>([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'lastTransitionTime',
  'startTime',
  'clusterIP',
  'clusterIPs',
  // Of an object with its owner's UID.
  annotation.appliedHash,
  // Of the pod's spec, which is compared itself.
  annotation.specHash,
]);

/** Where a life is lived: its namespace, and the first of a hundred host ports that no other life has. */
export interface Place {
  readonly namespace: string;
  readonly firstPort: number;
}

/** Of those that Kubernetes picks by chance. */
const isNodePort = (value: number): boolean => value >= 30_000 && value < 32_768;

/**
 * Everything there is of the rooms of a namespace, in a form in which two lives of a room are the same: an owner is told
 * by its name if it is there, a token by its name, and a port by its place in the range.
 */
export function snapshot(seen: Mirror, { namespace, firstPort }: Place): unknown {
  const isHere = ({ metadata }: KubeObject) => metadata.namespace === namespace;
  const rooms = seen.rooms().filter(isHere);
  const owners = new Map(rooms.map(({ kind, metadata: { uid, name } }) => [uid, `of ${kind} ${name}`]));
  const all: readonly KubeObject[] = [...rooms, ...seen.pods(), ...seen.secrets(), ...seen.objects()].filter(isHere);

  const files = new Set<unknown>(
    rooms.map((room) => settingsHash({ ...room, spec: withDefaults(specSchema, room.spec) })),
  );
  const isPort = (value: number) => value >= firstPort && value < firstPort + 100;
  const port = (value: number) =>
    isPort(value) ? `port ${value - firstPort}` : isNodePort(value) ? 'node port' : value;
  const text = (value: string) =>
    value
      .replaceAll(namespace, 'here')
      .replace(/-origin-[a-z0-9]{5}\b/g, '-origin-#')
      .replace(/\b\d{4,5}\b/g, (digits) => String(port(Number(digits))));
  const plain = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => plain(item));
    if (key === annotation.settingsHash) return files.has(value) ? 'of the settings as they are' : 'of other settings';
    if (typeof value === 'number') return port(value);
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => !fleeting.has(name) || key === 'ownerReferences');
    return Object.fromEntries(entries.map(([name, item]) => [name, plain(item, name)]));
  };
  return all
    .map((object) => ({
      ...(plain(object) as KubeObject),
      owners: object.metadata.ownerReferences?.map(({ uid }) => owners.get(uid) ?? uid),
      ...('data' in object && object.kind === 'Secret' ? { data: Object.keys(object.data as object) } : {}),
    }))
    .sort((a, b) => `${a.kind} ${a.metadata.name}`.localeCompare(`${b.kind} ${b.metadata.name}`));
}
