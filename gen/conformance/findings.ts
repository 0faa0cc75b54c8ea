import { ids, type Row } from './rows.ts';
import type { Shown } from './shown.ts';

const levels = ['must', 'should', 'may', 'practice', 'must, of an extension'];

const incomplete = ({ id, of, level, asks, later, not }: Row, titles: readonly Shown[]): readonly string[] => [
  ...(asks ? [] : [`${id} does not say what is asked`]),
  ...(['WHIP', 'WHEP', 'both'].includes(of) ? [] : [`${id} is of WHIP, WHEP or both`]),
  ...(levels.includes(level) ? [] : [`${id} has a level of ${levels.join(' / ')}`]),
  ...(later && not ? [`${id}: what is not to be is not to come later`] : []),
  ...(later || not || titles.some((title) => title.ids.includes(id))
    ? []
    : [`${id}: no test has it in its title, and it does not say why (later, or not)`]),
];

const astray = ({ path, title, ids: named, isTest }: Shown): readonly string[] => [
  ...(isTest ? [] : [`${path}: "${title}" names ${named.join(', ')}, and is no test`]),
  ...named.filter((id) => !ids.includes(id)).map((id) => `${path}: there is no ${id}, which "${title}" names`),
];

/** All that is wrong with the rows and with the titles that name them, as sentences. Empty when the page tells the truth. */
export function findings(rows: readonly Row[], titles: readonly Shown[]): readonly string[] {
  const found = rows.map(({ id }) => id);
  return [
    ...ids.filter((id) => !found.includes(id)).map((id) => `${id} is missing`),
    ...found.filter((id) => !ids.includes(id)).map((id) => `there is no ${id}`),
    ...(found.join() === found.toSorted().join() ? [] : ['the rows are out of order']),
    ...rows.flatMap((row) => incomplete(row, titles)),
    ...titles.flatMap(astray),
  ];
}
