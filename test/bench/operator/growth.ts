import { cells } from './figures.ts';
import type { Phase } from './phase.ts';
import { type Line, type Panel, plots } from './plot.ts';
import { type Row, rows } from './rows.ts';

interface Drawn {
  readonly title: string;
  /** Rows of one unit, by what they are called where there are several; `alone` stands for the first of them. */
  readonly lines: Readonly<Record<string, Row | 'alone'>>;
}

const drawn: readonly Drawn[] = [
  { title: 'Memory (RSS)', lines: { '': rows.rss } },
  { title: 'CPU while nothing happens', lines: { '': rows.idleCpu } },
  { title: 'Requests per room', lines: { '10 rooms a second': rows.requests, 'in a burst': rows.requestsBurst } },
  { title: 'CPU per room', lines: { '10 rooms a second': rows.cpuPaced, 'in a burst': rows.cpuBurst } },
  {
    title: 'Apply to pod created, median',
    lines: {
      'a room a second': rows.applyMedian,
      '10 rooms a second': rows.pacedMedian,
      'objects alone': 'alone',
    },
  },
  { title: 'A burst: a pod exists every', lines: { 'with the operator': rows.burst, 'objects alone': 'alone' } },
  { title: 'Restart', lines: { 'until idle': rows.restart, 'until all is listed': rows.listing } },
  { title: 'Edit to first write in a resync', lines: { median: rows.editMedian, 'slowest of 100': rows.editSlow } },
  { title: 'Event loop lag, 99 %', lines: { 'in a burst': rows.lagBurst, 'in a resync': rows.lagEdits } },
  { title: 'Connections to the API server', lines: { '': rows.connections } },
  { title: 'Pods asked in any one second, most', lines: { '': rows.asked } },
  {
    title: 'Writes without need',
    lines: { 'after a restart': rows.restartWrites, 'without an event': rows.idleWrites },
  },
];

/** The plots of how each number grows with the number of rooms. */
export function growth(phases: readonly Phase[]): string {
  const all = cells(phases);
  const panels = drawn.map(({ title, lines }): Panel => {
    const [first = rows.rss] = Object.values(lines).filter((row) => row !== 'alone');
    const line = ([name, row]: readonly [string, Row | 'alone']): Line => ({
      ...(name !== '' && { name }),
      points: all
        .filter((cell) => cell.row === (row === 'alone' ? first : row))
        .map(({ rooms: x, figure: { value, baseline, target } }) =>
          row === 'alone' ? { x, y: baseline?.value ?? Number.NaN } : { x, y: value, atMost: target?.atMost },
        )
        .filter(({ y }) => !Number.isNaN(y)),
    });
    return { title, unit: first.unit, lines: Object.entries(lines).map(line) };
  });
  return plots(
    panels
      .map((panel) => ({ ...panel, lines: panel.lines.filter(({ points }) => points.length > 0) }))
      .filter(({ lines }) => lines.length > 0),
  );
}
