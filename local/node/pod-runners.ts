import { join } from 'node:path';
import { adopted, notStarted } from './container.ts';
import { type ContainerRunner, containerRunner } from './container-runner.ts';
import type { NodeContext } from './context.ts';
import { gracePeriodMs } from './deletion.ts';
import { ContainerConfigError } from './environment.ts';
import { ImageError, launch } from './launch.ts';
import type { Container, Pod } from './objects.ts';
import { containersOf } from './references.ts';
import type { Sandbox } from './sandbox.ts';

export type PodRunners = ReadonlyMap<string, ContainerRunner>;

interface Options {
  readonly directory: string;
  readonly isEnding: () => boolean;
  readonly onChange: () => void;
}

/** A runner for each container of a pod, that knows what the pod's status says of it. */
export function podRunners(pod: Pod, context: NodeContext, { directory, isEnding, onChange }: Options): PodRunners {
  const { now, report } = context;
  const runnerOf = (container: Container) => {
    const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
    return containerRunner({
      container,
      // Init containers made what was in the pod's directory, which is empty now: they run again.
      first: pod.spec.containers.includes(container) ? adopted(status, now()) : notStarted,
      directory: join(directory, 'containers', container.name),
      graceMs: gracePeriodMs(pod),
      isEnding,
      now,
      onChange,
      report: (type, reason, message) => report(pod, type, reason, message),
    });
  };
  return new Map(containersOf(pod).map((container) => [container.name, runnerOf(container)]));
}

/** A container that cannot be started as it is written is tried again so often (kubelet v1.36, backOffPeriod). */
const retryMs = 10_000;

/** Starts a container of a prepared pod, or leaves it waiting with the reason why it cannot be started. */
export async function startContainer(
  container: Container,
  { pod, box, runner, context }: { pod: Pod; box: Sandbox; runner: ContainerRunner; context: NodeContext },
): Promise<void> {
  const addresses = box.addresses();
  if (addresses === undefined) return;
  const { volumes } = box;
  const { terminationLog } = runner;
  const sources = await box.sources(pod);
  try {
    await runner.start(launch(container, { pod, addresses, sources, volumes, terminationLog }, context));
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof ContainerConfigError)) throw error;
    const reason = error instanceof ImageError ? 'ErrImagePull' : 'CreateContainerConfigError';
    runner.refuse(reason, error.message, context.now() + retryMs);
  }
}
