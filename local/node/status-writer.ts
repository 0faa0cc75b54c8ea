import { isStatus } from '#operator/cluster/client/api-error.ts';
import type { NodeContext } from './context.ts';
import type { Pod, PodStatus } from './objects.ts';
import type { PodSeen } from './plan.ts';
import { podStatus } from './pod-status.ts';
import { rfc3339 } from './rfc3339.ts';
import type { Sandbox } from './sandbox.ts';

export interface StatusWriter {
  /** Writes the pod's status if it differs from what was written last, and was not final before. */
  write(pod: Pod, seen: PodSeen): Promise<void>;
  /** Tells the API server that nothing of the pod runs any more, so that the object may go. */
  confirmDeletion(pod: Pod): Promise<void>;
}

type Options = Pick<NodeContext, 'client' | 'report' | 'now'> & { readonly first: Pod; readonly box: Sandbox };

export function statusWriter({ client, report, now, first, box }: Options): StatusWriter {
  const startTime = first.status?.startTime ?? rfc3339(now());
  let written: PodStatus | undefined;

  return {
    async write(pod, seen) {
      if (seen.wasOver) return;
      const obstacle = box.obstacle();
      const addresses = box.addresses();
      const status = podStatus({
        ...{ pod, seen, startTime, now: now() },
        before: written?.conditions ?? first.status?.conditions ?? [],
        ...(obstacle === undefined ? {} : { obstacle }),
        ...(addresses === undefined ? {} : { addresses }),
      });
      if (JSON.stringify(status) === JSON.stringify(written)) return;
      // With its UID, so that a new pod of the same name never gets an old one's status.
      const body = { metadata: { uid: pod.metadata.uid }, status };
      const contentType = 'application/strategic-merge-patch+json';
      await client.request('PATCH', `${pathOf(pod)}/status`, { contentType, body }).catch(ignoreIfGone);
      for (const message of newBackOffs(written, status)) report(pod, 'Warning', 'BackOff', message);
      written = status;
    },
    async confirmDeletion(pod) {
      const preconditions = { uid: pod.metadata.uid };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions };
      await client.request('DELETE', pathOf(pod), { body }).catch(ignoreIfGone);
    },
  };
}

/** What to say of the containers that wait for their restart since this status. */
function newBackOffs(before: PodStatus | undefined, after: PodStatus): string[] {
  const waiting = (status: PodStatus | undefined) =>
    (status?.containerStatuses ?? []).filter(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff');
  const known = new Set(waiting(before).map(({ name }) => name));
  return waiting(after)
    .filter(({ name }) => !known.has(name))
    .map(({ state }) => state?.waiting?.message ?? '');
}

const pathOf = ({ metadata: { namespace, name } }: Pod) => `/api/v1/namespaces/${namespace}/pods/${name}`;

const ignoreIfGone = (error: unknown) => {
  if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
};
