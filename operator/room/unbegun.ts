import type { Outcome } from '../cluster/queue/outcome.ts';
import { unbegun } from '../decide/unbegun.ts';
import { isBeingDeleted } from '../kube.ts';
import { type ReportDependencies, writeNews } from './report.ts';

/** Says of a room, by key, what keeps the operator from doing anything for it. That lists take their time is nothing. */
export async function reportUnbegun(
  key: string,
  { cluster, tell, now }: Pick<ReportDependencies, 'cluster' | 'tell' | 'now'>,
): Promise<Outcome> {
  const room = cluster.room(key);
  const unseen = cluster.unseen();
  if (room !== undefined && !isBeingDeleted(room) && unseen.size > 0)
    await writeNews(room, unbegun(room, unseen, now()), { cluster, tell });
  return { kind: 'done' };
}
