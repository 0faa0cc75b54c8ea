/** Profiles for people: as tables, and in a sentence. */
import type { Phase } from './phase.ts';
import { kindOf, type Share, type Shares, withoutKind } from './profile.ts';
import type { Profile } from './run.ts';
import { count, inARow, percent } from './words.ts';

const titles: Partial<Record<Phase['phase'], string>> = {
  paced: 'One after the other, to an operator that has just started, up to',
  burst: 'In a burst up to',
  restart: 'After a restart among',
};

/** A section with the largest shares of each profile. */
export const whereItGoes = (profiles: readonly Profile[]): string => `
## Where the operator's CPU goes
The largest shares of the time in which its main thread had something to do, from CPU profiles of runs of their own, in which
nothing else was measured. What is not JavaScript counts for the function that called it.
${profiles
  .map(
    ({ phase, rooms, places, functions }) => `
### ${titles[phase] ?? phase} ${count(rooms)} rooms
${table('folder, package or part of Node', places)}

${table('function', functions)}
`,
  )
  .join('')}`;

const table = (what: string, all: readonly Share[]): string =>
  `| ${what} | % |
|---|---|
${all.map(({ name, share }) => `| ${name} | ${(share * 100).toFixed(1)} |`).join('\n')}`;

/** What a profile shows, kind by kind, each with the largest of its parts; of few places what is in none of them, too. */
export function sharesInWords({ places, kinds = kindsOf(places) }: Omit<Shares, 'functions'>): string {
  const parts = kinds.map(({ name, share }) => {
    const ofKind = places.filter((place) => kindOf(place.name) === name);
    return `${percent(share, 1)} ${name}${largest(name, ofKind)}`;
  });
  const rest = 1 - total(kinds);
  return inARow(rest < 0.005 ? parts : [...parts, `${percent(rest, 1)} smaller parts`]);
}

const kindsOf = (places: readonly Share[]): readonly Share[] =>
  [...Map.groupBy(places, ({ name }) => kindOf(name))]
    .map(([name, ofKind]) => ({ name, share: total(ofKind) }))
    .toSorted((one, other) => other.share - one.share);

const total = (shares: readonly Share[]): number => shares.reduce((all, { share }) => all + share, 0);

function largest(kind: string, ofKind: readonly Share[]): string {
  if (ofKind.every(({ name }) => name === kind)) return '';
  const named = ofKind.slice(0, 3).map(({ name, share }) => `${withoutKind(name)} ${percent(share, 1)}`);
  return ` (${named.join(', ')})`;
}
