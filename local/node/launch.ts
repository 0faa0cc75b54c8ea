import { dirname, join } from 'node:path';
import { commandLine, localImage } from './command-line.ts';
import type { Launch } from './container-runner.ts';
import type { NodeContext } from './context.ts';
import { ContainerConfigError, environment } from './environment.ts';
import type { PodAddresses } from './field-ref.ts';
import { mountPathReplacer } from './mount-paths.ts';
import type { Container, Pod, Sources } from './objects.ts';
import { inOwnRoot } from './own-root.ts';
import { mountedPaths } from './volumes.ts';

/** Nothing on this machine stands for the image: the kubelet's ErrImagePull. */
export class ImageError extends Error {
  override name = 'ImageError';
}

interface Input {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly sources: Sources;
  readonly volumes: string;
  readonly terminationLog: string;
}

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How to run a container here. Throws ImageError and ContainerConfigError. */
export function launch(
  container: Container,
  { pod, addresses, sources, volumes, terminationLog }: Input,
  { images, apiServer, nodeBinary }: Pick<NodeContext, 'images' | 'apiServer' | 'nodeBinary'>,
): Launch {
  const image = localImage(images, container.image ?? '');
  if (image === undefined) {
    const known = Object.keys(images).join(', ');
    throw new ImageError(`Nothing here stands for image "${container.image}": this node knows ${known}`);
  }
  const base = {
    PATH: `${dirname(nodeBinary)}:${systemPath}`,
    HOME: volumes,
    HOSTNAME: pod.metadata.name,
    KUBERNETES_SERVICE_HOST: apiServer.host,
    KUBERNETES_SERVICE_PORT: String(apiServer.port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(apiServer.port),
    ...image.env,
  };
  const mounted = mountedPaths(container, volumes, terminationLog);
  const { files } = image;
  const onDisk = files === undefined ? mountPathReplacer(mounted) : (text: string) => text;
  const variables = environment(container, { pod, addresses, sources, base });
  const commandOf = (words: Pick<Container, 'command' | 'args' | 'workingDir'>) => {
    const command = commandLine(words, { image, variables, onDisk, node: nodeBinary });
    if (command === undefined) throw new ContainerConfigError('neither the container nor its image names a command');
    if (files === undefined) return command;
    return inOwnRoot(command, new Map([...Object.entries(files), ...mounted]), join(dirname(terminationLog), 'root'));
  };
  return {
    command: commandOf(container),
    target: {
      podIP: addresses.podIP,
      ports: container.ports,
      env: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, onDisk(value)])),
      command: ([...command]) => commandOf({ ...container, command, args: [] }),
    },
  };
}
