import { operatorMetric } from '#crds/operator-metrics.ts';
import type { Watch } from '../cluster/watch.ts';
import type { Families } from './families.ts';

/** `now` is the clock of the reflectors. */
export function watchMetrics(make: Families, watches: () => readonly Watch[], now: () => number): void {
  const each = (value: (watch: Watch[1]) => number) => () =>
    watches().map(([kind, watch]) => [{ kind }, value(watch)] as const);
  make.read(
    operatorMetric.watchAge,
    each((watch) => Math.max(0, now() - watch.lastHeardMs()) / 1000),
  );
  make.read(
    operatorMetric.watchRestarts,
    each(({ counts }) => Math.max(0, counts.watches - 1)),
  );
  make.read(
    operatorMetric.relists,
    each(({ counts }) => Math.max(0, counts.lists - 1)),
  );
}
