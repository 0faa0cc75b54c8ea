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
  if (room === undefined || isBeingDeleted(room)) return { kind: 'done' };
  const status = unbegun(room, cluster.unseen(), now());
  if (status !== undefined) await writeNews(room, status, { cluster, tell });
  return { kind: 'done' };
}
