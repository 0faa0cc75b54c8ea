import { operatorMetric } from '#crds/operator-metrics.ts';
import type { Watch } from '../cluster/watch/watch.ts';
import type { Families } from './families.ts';

const { change: changes } = operatorMetric.missedChanges.labels;

/** `nowMs` is the clock of the reflectors. A kind may be watched in several namespaces. */
export function watchMetrics(make: Families, watches: () => readonly Watch[], nowMs: () => number): void {
  const kinds = () => Map.groupBy(watches(), ([kind]) => kind);
  const each = (value: (ofKind: readonly Watch[1][]) => number) => () =>
    [...kinds()].map(([kind, found]) => [{ kind }, value(found.map(([, watch]) => watch))] as const);
  const total = (count: (watch: Watch[1]) => number) =>
    each((ofKind) => ofKind.reduce((sum, watch) => sum + count(watch), 0));

  make.read(
    operatorMetric.watchAge,
    each((ofKind) => Math.max(0, ...ofKind.map((watch) => nowMs() - watch.lastHeardMs())) / 1000),
  );
  make.read(
    operatorMetric.watchRestarts,
    total(({ counts }) => Math.max(0, counts.watches - 1)),
  );
  make.read(
    operatorMetric.watchFailures,
    total(({ counts }) => counts.failures),
  );
  make.read(
    operatorMetric.unreadableEvents,
    total(({ counts }) => counts.unparsableLines),
  );
  make.read(
    operatorMetric.relists,
    total(({ counts }) => Math.max(0, counts.lists - 1)),
  );
  make.read(
    operatorMetric.comparisons,
    total(({ counts }) => counts.comparisons),
  );
  make.read(operatorMetric.missedChanges, () =>
    changes.flatMap((change) =>
      total(({ counts }) => counts.missed[change])().map(([{ kind }, value]) => [{ kind, change }, value] as const),
    ),
  );
}
