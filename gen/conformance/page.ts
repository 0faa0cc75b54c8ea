import type { Row } from './rows.ts';
import type { Shown } from './shown.ts';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** What a title has of Markdown is meant as it stands there. */
const proof = ({ path, title }: Shown) =>
  `[${path.split('/').at(-1)}](../${path}): ${cell(title.replaceAll(/[\\*_`[\]]/g, '\\$&'))}`;

/** How far a row is met. */
function state({ later, not }: Row, shownBy: readonly Shown[]): 'there' | 'partly' | 'later' | 'not' {
  if (shownBy.length > 0) return later || not ? 'partly' : 'there';
  return later ? 'later' : 'not';
}

const line = (row: Row, shownBy: readonly Shown[]) => {
  const { id, of, level, asks, later, not } = row;
  const told = [
    `**${state(row, shownBy)}**`,
    ...(later ? [`missing: ${cell(later)}`] : []),
    ...(not ? [cell(not)] : []),
    ...shownBy.map(proof),
  ].join('<br>');
  return `| ${id} | ${of} | ${level} | ${cell(asks)} | ${told} |`;
};

/** The page of what WHIP and WHEP ask for: each row with the tests that show it, or with what it is without. */
export function conformancePage(rows: readonly Row[], titles: readonly Shown[]): string {
  const table = rows.map((row) => [row, titles.filter(({ ids }) => ids.includes(row.id))] as const);
  const count = (wanted: ReturnType<typeof state>) =>
    table.filter(([row, shownBy]) => state(row, shownBy) === wanted).length;
  return `<!-- Generated from gen/conformance/ and the titles of the tests by \`npm run gen\`. Do not edit. -->
# WHIP and WHEP, row by row

What WHIP (RFC 9725), the draft of WHEP and the clients that are about ask of a server, and where this one stands:
**there**, with the tests that show it; **partly**, with what is missing or is not done; **later**; or **not**, and why. A
test that shows a row has the row's id in its title: \`node --test --test-name-pattern=C-19 'test/**/*.test.ts'\` runs those
of one row.

| rows | there | partly | later | not |
|---|---|---|---|---|
| ${table.length} | ${count('there')} | ${count('partly')} | ${count('later')} | ${count('not')} |

| row | of | level | what is asked | state |
|---|---|---|---|---|
${table.map(([row, shownBy]) => line(row, shownBy)).join('\n')}
`;
}
