import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodAddresses } from './field-ref.ts';
import type { Container, Pod, Sources } from './objects.ts';
import { showFiles } from './volume-directory.ts';
import { VolumeError, volumeFiles } from './volume-files.ts';

/** Brings all volumes of a pod up to date below `directory`, one directory each. Throws VolumeError, naming the volume. */
export async function fillVolumes(
  directory: string,
  input: { readonly pod: Pod; readonly addresses: PodAddresses; readonly sources: Sources },
): Promise<void> {
  for (const volume of input.pod.spec.volumes ?? []) {
    const path = join(directory, volume.name);
    try {
      const files = volumeFiles(volume, input);
      if (files === undefined) await mkdir(path, { recursive: true });
      else await showFiles(path, files);
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`, {
        cause: error,
      });
    }
  }
  // Of a ConfigMap or Secret it is one of the files; of an emptyDir it may have to be made.
  for (const path of subPaths(directory, input.pod)) if (!existsSync(path)) await mkdir(path, { recursive: true });
}

/** From each mount path of a container to its place on disk; `terminationLog` stands for its termination message. */
export function mountedPaths(container: Container, directory: string, terminationLog: string): Map<string, string> {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath = '' }): [string, string] => [
    mountPath,
    join(directory, name, subPath),
  ]);
  return new Map([...mounts, [container.terminationMessagePath ?? '/dev/termination-log', terminationLog]]);
}

const subPaths = (directory: string, pod: Pod) =>
  [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .flatMap(({ name, subPath }) => (subPath === undefined ? [] : [join(directory, name, subPath)]));
