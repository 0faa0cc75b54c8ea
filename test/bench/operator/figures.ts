import type { Figure } from '../figure.ts';
import { floorAt, type Phase, reader, withRateAfter } from './phase.ts';
import { type Row, rows } from './rows.ts';

/** A row's number among so many rooms. */
export interface Cell {
  readonly row: Row;
  readonly rooms: number;
  readonly figure: Figure;
}

/** All that was measured, row by row, ascending in rooms. */
export function cells(phases: readonly Phase[]): readonly Cell[] {
  const measured = withRateAfter(phases);
  return Object.values(rows).flatMap((row: Row) =>
    measured
      .filter(({ phase }) => phase === row.phase)
      .map((phase) => ({ row, rooms: phase.rooms, figure: figureOf(row, phase, phases) }))
      .filter(({ figure }) => !Number.isNaN(figure.value)),
  );
}

function figureOf(row: Row, { rooms, measured }: Phase, phases: readonly Phase[]): Figure {
  const alone = row.alone?.(floorAt(phases, rooms));
  const atMost = row.atMost?.(rooms);
  return {
    name: `${rooms} rooms: ${row.name}`,
    value: row.value(reader(measured)),
    unit: row.unit,
    ...(alone !== undefined && !Number.isNaN(alone) && { baseline: { name: 'objects alone', value: alone } }),
    ...(atMost !== undefined && { target: { atMost } }),
  };
}

/** The measurements as figures, step by step. */
export const figuresOf = (phases: readonly Phase[]): readonly Figure[] =>
  cells(phases)
    .toSorted((one, other) => one.rooms - other.rooms)
    .map(({ figure }) => figure);
