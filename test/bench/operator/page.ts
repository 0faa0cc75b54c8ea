import { lagPrecisionMs } from '#operator/telemetry.ts';
import { isKept, measuredText } from '../figure.ts';
import { type Cell, cells } from './figures.ts';
import { growth } from './growth.ts';
import { burstLimit, restartLimit } from './limits.ts';
import { whereItGoes } from './profile-words.ts';
import type { Run } from './run.ts';
import { summary } from './summary.ts';
import { count } from './words.ts';

/** The page for people and its plots, by the names of their files. */
export const filesOf = (run: Run): Readonly<Record<'operator.md' | 'operator.svg', string>> => ({
  'operator.md': page(run),
  'operator.svg': growth(run.phases),
});

function page(run: Run): string {
  const { cores, phases, profiles } = run;
  return `# What the operator costs

How many requests, how much CPU and memory rooms cost the operator, how fast it is, and how each of these grows with the
number of rooms, from \`npm run bench -- --only operator\` (\`--full\` goes on to 10,000 rooms). The operator is a process of its
own before a real API server, with the control plane's own controllers, all on the same machine; it takes no Lease, which it
would renew every 2 s. Nodes, and pods that become Ready a second after they have a node and answer for their room, are a
stand-in's. All rooms are in one namespace, which costs the controllers most: some of them look at the whole namespace for each
pod. ${measuredOn(run)}

## Targets
${summary(cells(phases), run)}

## How the numbers grow
![How the numbers grow with the number of rooms](operator.svg)

Broken lines are targets. Below, a number in bold is beyond its target. In italics stands what "objects alone" cost beside it:
a client that makes the same objects, but for the pods' host ports, without an operator, as fast as this machine and its control
plane allow at that moment; where it makes fewer, their time is multiplied.

${matrix(cells(phases))}

## How they are measured
A burst makes as many rooms at once as are missing: at 1,000 rooms that is all of them, later those since the step before. Until
100 rooms they come one after the other, 10 a second, to an operator that has just started; at the later steps another 100 do.
A room takes all processes together a tenth of a second of CPU or more (see below), so that ten a second get in each other's
way: what a room takes by itself is measured a second apart.
CPU and requests of a room are all that the operator used until it was idle again. What it uses while nothing happens is taken
off its CPU: at the mean of the rates before and after, for as long as that took. A restart is over when everything is listed,
every room has been looked at once, and nothing waits or is worked on; its reads and writes are counted until each pod has been
asked once, too, at most 190 in a second. An edit in a resync comes while all rooms are looked at anew, for a change of their
namespace. The event loop's lag is without the ${lagPrecisionMs} ms that Node waits between two looks.
${burstLimit(phases, cores)}${restartLimit(phases, cores)}${profiles.length === 0 ? '' : whereItGoes(profiles)}`;
}

function measuredOn({ node, cpus, commit, nodeOptions = [] }: Run): string {
  const options = nodeOptions.length === 0 ? '' : ` with \`${nodeOptions.join(' ')}\``;
  return `This run: ${commit === undefined ? '' : `commit ${commit}, `}Node ${node}${options}, ${cpus}.`;
}

/** Row by row, with a column for each number of rooms. */
function matrix(all: readonly Cell[]): string {
  const steps = [...new Set(all.map(({ rooms }) => rooms))].toSorted((one, other) => one - other);
  const names = [...new Set(all.map(({ row }) => row))];
  const lines = names.map((row) => {
    const ofRow = new Map(all.filter((cell) => cell.row === row).map((cell) => [cell.rooms, cell]));
    const texts = steps.map((rooms) => cellText(ofRow.get(rooms)));
    return `| ${row.name}${row.unit && `, ${row.unit}`} | ${targetText([...ofRow.values()])} | ${texts.join(' | ')} |`;
  });
  return `| with so many rooms | target | ${steps.map(count).join(' | ')} |
|---|---|${'---|'.repeat(steps.length)}
${lines.join('\n')}`;
}

/** What a row has to keep; with how many rooms, where that is not the same for all. */
function targetText(ofRow: readonly Cell[]): string {
  const byTarget = [...Map.groupBy(ofRow, ({ figure }) => figure.target?.atMost)];
  return byTarget
    .filter(([most]) => most !== undefined)
    .map(([most, some]) => `≤ ${most}${some.length < ofRow.length ? ` (${ends(some)})` : ''}`)
    .join('<br>');
}

const ends = (some: readonly Cell[]): string =>
  [...new Set([some.at(0), some.at(-1)])].map((cell) => count(cell?.rooms ?? 0)).join(' to ');

function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  const value = measuredText(cell.figure.value);
  const alone = cell.figure.baseline === undefined ? '' : ` *${measuredText(cell.figure.baseline.value)}*`;
  return `${isKept(cell.figure) === false ? `**${value}**` : value}${alone}`;
}
