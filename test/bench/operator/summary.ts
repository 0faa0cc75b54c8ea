import { isKept, measuredText } from '../figure.ts';
import type { Cell } from './figures.ts';
import { planned } from './plan.ts';
import { reasons } from './reasons.ts';
import { type Row, rows } from './rows.ts';
import type { Run } from './run.ts';
import { count, inARow } from './words.ts';

/** Which targets are missed, by how much and why, and what was to be measured and was not. */
export function summary(all: readonly Cell[], run: Run): string {
  const aimed = all.filter(({ figure }) => figure.target !== undefined);
  const missed = aimed.filter(({ figure }) => isKept(figure) === false);
  const lacking = unmeasured(all, run);
  const which = lacking.length === 0 ? 'targets' : 'targets that were measured';
  const found =
    missed.length === 0
      ? `All of ${aimed.length} ${which} are kept.`
      : `Of ${aimed.length} ${which} ${missed.length} are missed:\n\n${items(missedInWords(missed, run))}`;
  return lacking.length === 0 ? found : `${found}\n\nThis run is not complete. Not measured:\n\n${items(lacking)}`;
}

const items = (texts: readonly string[]): string => texts.map((text) => `- ${text}`).join('\n');

/** Row by row: its numbers beyond their targets, and what tells of the furthest of them why. */
const missedInWords = (missed: readonly Cell[], run: Run): readonly string[] =>
  [...Map.groupBy(missed, ({ row }) => row)].map(([row, ofRow]) => {
    const targets = [...new Set(ofRow.map(({ figure }) => figure.target?.atMost))];
    const values = ofRow.map(({ rooms, figure }) => `${measuredText(figure.value)} with ${count(rooms)} rooms`);
    const unit = row.unit && `, ${row.unit}`;
    return `**${row.name}${unit}**: ${inARow(values)}, for a target of ${inARow(targets.map(String))}. ${why(row, ofRow, run)}`;
  });

function why(row: Row, missed: readonly Cell[], run: Run): string {
  const [worst] = missed.toSorted((one, other) => excess(other) - excess(one));
  const phase = run.phases.find((one) => one.phase === row.phase && one.rooms === worst?.rooms);
  const found = worst && phase ? reasons(row, { rooms: worst.rooms, figure: worst.figure, phase, run }) : [];
  if (found.length === 0) return 'No other figure of this run tells why.';
  return missed.length === 1 ? found.join(' ') : `With ${count(worst?.rooms ?? 0)} rooms: ${found.join(' ')}`;
}

const excess = ({ figure }: Cell): number => figure.value - (figure.target?.atMost ?? Number.NaN);

/** What was to be measured, and was not: of the numbers, those that have a target. */
function unmeasured(all: readonly Cell[], { steps, isProfiled, profiles }: Run): readonly string[] {
  const has = new Map(Object.values(rows).map((row: Row) => [row, new Set<number>()]));
  for (const { row, rooms } of all) has.get(row)?.add(rooms);
  const aims = planned(steps).flatMap(({ phase, rooms }) =>
    [...has]
      .filter(([row, measured]) => row.phase === phase && row.atMost?.(rooms) !== undefined && !measured.has(rooms))
      .map(([row]) => ({ row, rooms })),
  );
  const rowsAt = Map.groupBy(
    Map.groupBy(aims, ({ row }) => row),
    ([, ofRow]) => inARow(ofRow.map(({ rooms }) => count(rooms))),
  );
  return [
    ...[...rowsAt].map(([at, some]) => `with ${at} rooms: ${some.map(([row]) => row.name).join('; ')}`),
    ...(isProfiled && profiles.length === 0 ? ["where the operator's CPU goes"] : []),
  ];
}
