import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeContext } from './context.ts';
import { type Deletion, deletion } from './deletion.ts';
import type { LogFile } from './log-file.ts';
import type { Pod } from './objects.ts';
import { type Action, type PodSeen, plan } from './plan.ts';
import { type PodRunners, podRunners, startContainer } from './pod-runners.ts';
import { type Sandbox, sandbox } from './sandbox.ts';
import { serially } from './serially.ts';
import { statusWriter } from './status-writer.ts';

/** Keeps one pod as it should be, from the moment the node sees it until it is gone. */
export interface PodWorker {
  pod(): Pod;
  /** The API has a newer version of it. */
  update(pod: Pod): void;
  /** It is gone from the API, or the node stops: everything of it is killed at once. Settled when nothing is left. */
  end(): Promise<void>;
  log(container: string, previous: boolean): LogFile | undefined;
}

/** After an unexpected failure, mostly of the API server, everything is looked at again. */
const retryAfterErrorMs = 1_000;

/**
 * Whatever happens (an update, an exit, a probe's verdict, a time that has come) only wakes it. Then it looks at
 * everything, plans, acts, writes the status if it changed, and sleeps until the plan says.
 */
export function podWorker(first: Pod, context: NodeContext): PodWorker {
  const { now, log } = context;
  const directory = join(context.directory, first.metadata.uid);
  const { promise: ended, resolve: setEnded } = Promise.withResolvers<void>();
  let pod = first;
  let deleted: Deletion | undefined = deletion(first, undefined, now());
  let life: 'wanted' | 'confirmed' | 'ending' = 'wanted';
  let timer: NodeJS.Timeout | undefined;

  const wake = serially(sync, (error) => {
    log(`Pod ${pod.metadata.namespace}/${pod.metadata.name}: ${(error as Error).message}`);
    sleepUntil(now() + retryAfterErrorMs);
  });
  const box = sandbox(directory, context);
  const runners = podRunners(first, context, { directory, isEnding: () => deleted !== undefined, onChange: wake });
  const status = statusWriter({ ...context, first, box });

  const look = (): PodSeen => ({
    ...box.seen(),
    wasOver: first.status?.phase === 'Succeeded' || first.status?.phase === 'Failed',
    containers: new Map([...runners].map(([name, runner]) => [name, runner.seen()])),
    ...(deleted === undefined ? {} : { killAt: deleted.killAt }),
  });

  async function sync(): Promise<void> {
    clearTimeout(timer);
    if (life === 'ending') return await endNow();
    if (life === 'confirmed') return;
    const { actions, againAt } = plan(pod, look(), now());
    for (const action of actions) await perform(action, { pod, box, runners, context });
    await status.write(pod, look());
    if (actions.some(({ kind }) => kind === 'finish')) await confirm();
    else if (actions.some(({ kind }) => changesThePlan.has(kind))) wake();
    else sleepUntil(againAt);
  }

  /** Nothing of it runs any more, and its status says how it ended: the API may forget it. */
  async function confirm(): Promise<void> {
    await status.confirmDeletion(pod);
    life = 'confirmed';
    box.release();
  }

  async function endNow(): Promise<void> {
    for (const runner of runners.values()) runner.kill();
    await Promise.all([...runners.values()].map((runner) => runner.ended()));
    box.release();
    await rm(directory, { recursive: true, force: true });
    setEnded();
  }

  function sleepUntil(time: number): void {
    clearTimeout(timer);
    if (time !== Number.POSITIVE_INFINITY) timer = setTimeout(wake, Math.max(0, time - now()));
  }

  wake();
  return {
    pod: () => pod,
    update(next) {
      if (hasNewMetadata(pod, next) && next.metadata.deletionTimestamp === undefined) box.refreshSoon();
      pod = next;
      deleted = deletion(next, deleted, now());
      if (deleted !== undefined) for (const runner of runners.values()) runner.endHealthChecks();
      wake();
    },
    end() {
      life = 'ending';
      wake();
      return ended;
    },
    log: (container, previous) => runners.get(container)?.log(previous),
  };
}

interface Parts {
  readonly pod: Pod;
  readonly box: Sandbox;
  readonly runners: PodRunners;
  readonly context: NodeContext;
}

async function perform(action: Action, { pod, box, runners, context }: Parts): Promise<void> {
  if (action.kind === 'prepare') await box.prepare(pod);
  if (action.kind === 'refresh') await box.refresh(pod);
  if (action.kind === 'release') box.release();
  if (!('container' in action)) return;
  const runner = runners.get(action.container.name);
  if (runner === undefined) return;
  if (action.kind === 'start') await startContainer(action.container, { pod, box, runner, context });
  if (action.kind === 'stop') runner.stop(action.killAt, action.why);
  if (action.kind === 'kill') runner.kill();
}

/** After these there may be more to do at once. */
const changesThePlan: ReadonlySet<Action['kind']> = new Set(['prepare', 'refresh', 'start', 'stop']);

const hasNewMetadata = ({ metadata: a }: Pod, { metadata: b }: Pod) =>
  JSON.stringify([a.annotations, a.labels]) !== JSON.stringify([b.annotations, b.labels]);
