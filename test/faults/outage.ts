import { setTimeout as sleep } from 'node:timers/promises';
import { operatorMetric } from '#crds/operator-metrics.ts';
import type { KubeObject } from '#operator/kube.ts';
import { startOperator } from '#test/harness/operator.ts';
import { door } from './door.ts';
import type { Stage } from './stage.ts';
import { total } from './total.ts';

export interface Outage {
  /** Requests that had no answer, per second and watch. */
  readonly triesPerWatchSecond: number;
  /** From the API server's return until an edit of meanwhile was carried out. */
  readonly syncedInMs: number;
}

export interface OutageOptions {
  readonly forMs: number;
  readonly namespace: string;
}

/** The API server is away for the operator, while a room is edited, one is made and one is deleted. */
export async function outage(on: Stage, { forMs, namespace }: OutageOptions): Promise<Outage> {
  const way = await door({ server: on.server });
  const operator = await startOperator({ kubeconfigFile: way.config, stats: on.stats });
  const find = (objects: readonly KubeObject[], name: string) =>
    objects.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const file = (name: string) =>
    find(
      on.seen.objects().filter(({ kind }) => kind === 'ConfigMap'),
      name,
    ) as (KubeObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
  try {
    for (const name of ['edited', 'deleted']) await on.room(namespace, name, {});
    await on.seen.until('two rooms are ready', () =>
      ['edited', 'deleted'].every((name) => isReady(find(on.seen.rooms(), name))),
    );
    const watches = (await operator.metrics()).match(/^liveroom_operator_watch_age_seconds\{/gm)?.length ?? 0;

    const before = unanswered(await operator.metrics());
    way.shut();
    await on.room(namespace, 'edited', { play: { maxSubscribers: 77 } });
    await on.room(namespace, 'made', {});
    await on.deleteRoom(namespace, 'deleted');
    await sleep(forMs);
    const tries = unanswered(await operator.metrics()) - before;

    way.open();
    const fromMs = performance.now();
    await on.seen.until(
      'all is as it is to be',
      () =>
        file('edited')?.data?.['rooms.yaml']?.includes('maxSubscribers: 77') &&
        isReady(find(on.seen.rooms(), 'made')) &&
        file('deleted') === undefined,
      90_000,
    );
    return { triesPerWatchSecond: tries / watches / (forMs / 1000), syncedInMs: performance.now() - fromMs };
  } finally {
    await operator.stop();
    await way.stop();
  }
}

/** Requests that ended without an answer so far, by the operator's own count. */
const unanswered = (metrics: string): number => total(metrics, operatorMetric.apiRequests.name, 'code="<error>"');

const isReady = (room: KubeObject | undefined): boolean =>
  (room as { status?: { conditions?: { type: string; status: string }[] } } | undefined)?.status?.conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  ) === true;
