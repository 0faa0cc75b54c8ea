import { isKept } from '../figure.ts';
import type { Cell } from './figures.ts';
import { planned } from './plan.ts';
import { type Row, rows } from './rows.ts';
import type { Run } from './run.ts';

/** Which targets are missed, and what was to be measured and was not. */
export function summary(all: readonly Cell[], run: Run): string {
  const aimed = all.filter(({ figure }) => figure.target !== undefined);
  const missed = aimed.filter(({ figure }) => isKept(figure) === false);
  const lacking = unmeasured(all, run);
  const which = lacking === '' ? 'targets' : 'targets that were measured';
  const found =
    missed.length === 0
      ? `All of ${aimed.length} ${which} are kept.`
      : `Of ${aimed.length} ${which} ${missed.length} are missed: ${inWords(missed)}.`;
  return lacking === '' ? found : `${found}\n\nThis run is not complete. Not measured: ${lacking}.`;
}

/** What was to be measured, and was not: of the numbers, those that have a target. */
function unmeasured(all: readonly Cell[], { steps, isProfiled, profiles }: Run): string {
  const has = new Map(Object.values(rows).map((row: Row) => [row, new Set<number>()]));
  for (const { row, rooms } of all) has.get(row)?.add(rooms);
  const aims = planned(steps).flatMap(({ phase, rooms }) =>
    [...has]
      .filter(([row, measured]) => row.phase === phase && row.atMost?.(rooms) !== undefined && !measured.has(rooms))
      .map(([row]) => ({ row, rooms })),
  );
  return [
    ...(aims.length === 0 ? [] : [inWords(aims)]),
    ...(isProfiled && profiles.length === 0 ? ["where the operator's CPU goes"] : []),
  ].join('; ');
}

function inWords(some: readonly Pick<Cell, 'row' | 'rooms'>[]): string {
  const words = [...Map.groupBy(some, ({ row }) => row)].map(([row, ofRow]) => {
    const counts = ofRow.map(({ rooms }) => rooms.toLocaleString('en'));
    return `${row.name} (with ${counts.join(', ')} rooms)`;
  });
  return words.join('; ');
}
