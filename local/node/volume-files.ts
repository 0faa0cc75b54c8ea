import { type PodAddresses, podField } from './field-ref.ts';
import type { Pod, Sources, Volume } from './objects.ts';

/** One file of a volume; `path` is relative to the volume and stays below it. */
export interface VolumeFile {
  readonly path: string;
  readonly data: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** A volume cannot be filled: something that is not optional is missing. The message names it. */
export class VolumeError extends Error {
  override name = 'VolumeError';
}

interface Input {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly sources: Sources;
}

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

const usualMode = 0o644;

/**
 * The files of a ConfigMap, Secret, downward API or projected volume as they should be now; undefined for an emptyDir,
 * whose content is the pod's own. Throws VolumeError.
 */
export function volumeFiles(volume: Volume, input: Input): readonly VolumeFile[] | undefined {
  if (volume.emptyDir !== undefined) return undefined;
  if (volume.configMap !== undefined) {
    return projected({ configMap: volume.configMap }, volume.configMap.defaultMode ?? usualMode, input);
  }
  if (volume.secret !== undefined) {
    const { secretName, defaultMode = usualMode, ...rest } = volume.secret;
    return projected(
      { secret: { ...rest, ...(secretName === undefined ? {} : { name: secretName }) } },
      defaultMode,
      input,
    );
  }
  if (volume.downwardAPI !== undefined) {
    return projected({ downwardAPI: volume.downwardAPI }, volume.downwardAPI.defaultMode ?? usualMode, input);
  }
  const mode = volume.projected?.defaultMode ?? usualMode;
  const files = (volume.projected?.sources ?? []).flatMap((source) => projected(source, mode, input));
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

function projected(source: Projection, mode: number, input: Input): VolumeFile[] {
  const { sources } = input;
  if (source.configMap !== undefined) {
    const { name = '', items, optional = false } = source.configMap;
    const found = sources.configMap(name);
    const data = found && {
      ...mapValues(found.data, (text) => Buffer.from(text)),
      ...mapValues(found.binaryData, base64),
    };
    return keyed({ kind: 'configmap', name, items, optional, data, mode });
  }
  if (source.secret !== undefined) {
    const { name = '', items, optional = false } = source.secret;
    const found = sources.secret(name);
    return keyed({ kind: 'secret', name, items, optional, data: found && mapValues(found.data, base64), mode });
  }
  if (source.downwardAPI !== undefined) return (source.downwardAPI.items ?? []).map((item) => field(item, mode, input));
  if (source.serviceAccountToken !== undefined) {
    const { audience, expirationSeconds, path } = source.serviceAccountToken;
    const token = sources.token(audience, expirationSeconds);
    if (token === undefined) throw new VolumeError(`no token for ServiceAccount ${input.pod.spec.serviceAccountName}`);
    return [{ path, data: Buffer.from(token), mode }];
  }
  return [];
}

interface Keyed {
  readonly kind: 'configmap' | 'secret';
  readonly name: string;
  readonly items: readonly { readonly key: string; readonly path: string; readonly mode?: number }[] | undefined;
  readonly optional: boolean;
  readonly data: Readonly<Record<string, Buffer>> | undefined;
  readonly mode: number;
}

/** Every key as a file of its name, or only the keys listed, each at its path. */
function keyed({ kind, name, items, optional, data, mode }: Keyed): VolumeFile[] {
  if (data === undefined && !optional) throw new VolumeError(`${kind} "${name}" not found`);
  if (items === undefined) return Object.entries(data ?? {}).map(([path, content]) => ({ path, data: content, mode }));
  return items.flatMap((item) => {
    const content = data?.[item.key];
    if (content !== undefined) return [{ path: item.path, data: content, mode: item.mode ?? mode }];
    if (optional) return [];
    throw new VolumeError(`${kind} "${name}" has no key ${item.key}`);
  });
}

function field({ path, fieldRef, mode: own }: DownwardItem, mode: number, { pod, addresses }: Input): VolumeFile {
  const value = podField(pod, fieldRef?.fieldPath ?? '', addresses) ?? '';
  return { path, data: Buffer.from(value), mode: own ?? mode };
}

const base64 = (text: string) => Buffer.from(text, 'base64');

const mapValues = <Value>(map: Readonly<Record<string, string>> | undefined, change: (text: string) => Value) =>
  Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, change(value)]));
