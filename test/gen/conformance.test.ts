import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findings } from '#gen/conformance/findings.ts';
import { conformancePage } from '#gen/conformance/page.ts';
import { ids, type Row, rows } from '#gen/conformance/rows.ts';
import { type Shown, shown } from '#gen/conformance/shown.ts';
import { conformanceTable } from '#gen/conformance/table.ts';

const table = await conformanceTable();

test('every row has a test with its id, or says why not, and every id in a title is that of a row', () =>
  assert.deepEqual(findings(table.rows, table.titles), []));

test('the page is the one that the rows and the titles make', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/conformance.md'), 'utf8');
  assert.equal(page, conformancePage(table.rows, table.titles), 'run `npm run gen`');
});

/** Put together, lest this file's own texts be taken for titles. */
const id = (number: number) => `C-${String(number).padStart(2, '0')}`;
const text = [
  `test('it is created (${id(1)}, ${id(2)})', () => {});`,
  `  test("the room's door (${id(2)})", async () => {`,
  `  'no body (${id(3)})':\n    [{}, 415],`,
  `test(\`refused as \${status}: \${name}\`, () => {});`,
  `assert.equal(1, 2, 'no title (${id(1)})');`,
  `  'no key of a table (${id(1)})': 1,`,
  `test('nothing of the kind', () => assert.match('(${id(4)})', /./));`,
].join('\n');
const titles = shown([{ path: 'test/a.test.ts', text }]);

test('titles name rows at their ends: of tests, and as keys of the tables that tests are made of', () =>
  assert.deepEqual(
    titles.map(({ title, ids: named, isTest }) => [title, named, isTest]),
    [
      ['it is created', [id(1), id(2)], true],
      ["the room's door", [id(2)], true],
      ['refused as …: no body', [id(3)], true],
      ['no title', [id(1)], false],
      ['no key of a table', [id(1)], false],
    ],
  ));

const full: readonly Row[] = ids.map((each) => ({ id: each, of: 'both', level: 'must', asks: 'it', later: 'soon' }));
const changed = (number: number, change: Partial<Row>) =>
  full.map((row) => (row.id === id(number) ? { ...row, ...change } : row));
const without = ({ later: _, ...row }: Row): Row => row;
const good = titles.filter(({ isTest }) => isTest);

test('rows that are complete and true have no finding', () => {
  assert.deepEqual(findings(full, good), []);
  assert.deepEqual(
    findings(
      full.map((row) => (row.id <= id(3) ? without(row) : row)),
      good,
    ),
    [],
  );
});

const faults: Readonly<Record<string, readonly [readonly Row[], readonly Shown[], finding: string]>> = {
  'a row that is left out': [full.slice(1), [], `${id(1)} is missing`],
  'a row that nobody knows': [[...full, { ...changed(1, {})[0], id: id(43) } as Row], [], `there is no ${id(43)}`],
  'rows out of order': [full.toReversed(), [], 'the rows are out of order'],
  'a row that asks for nothing': [changed(1, { asks: '' }), [], `${id(1)} does not say what is asked`],
  'a row of another protocol': [changed(1, { of: 'RTMP' }), [], `${id(1)} is of WHIP, WHEP or both`],
  'a level that there is not': [
    changed(1, { level: 'maybe' }),
    [],
    `${id(1)} has a level of must / should / may / practice / must, of an extension`,
  ],
  'a row that is to come, and not to be': [
    changed(1, { not: 'never' }),
    [],
    `${id(1)}: what is not to be is not to come later`,
  ],
  'a row without a test and without a word': [
    full.map((row) => (row.id === id(1) ? without(row) : row)),
    [],
    `${id(1)}: no test has it in its title, and it does not say why (later, or not)`,
  ],
  'a text that is no title': [full, titles, `test/a.test.ts: "no title" names ${id(1)}, and is no test`],
  'a title that names no row': [
    full,
    [{ path: 'test/a.test.ts', title: 'it is', ids: [id(43)], isTest: true }],
    `test/a.test.ts: there is no ${id(43)}, which "it is" names`,
  ],
};
for (const [name, [given, named, finding]] of Object.entries(faults))
  test(`${name} is found`, () => {
    const found = findings(given, named);
    assert.ok(found.includes(finding), found.join('\n'));
  });

test('the page says of each row how far it is met, by which tests, and what is missing', () => {
  const yaml = `
${id(1)}: {of: both, level: must, asks: 'a <b> | c'}
${id(2)}: {of: WHIP, level: should, asks: two, later: the half}
${id(4)}: {of: WHEP, level: may, asks: four, later: all}
${id(5)}: {of: WHEP, level: practice, asks: five, not: nobody has it}`;
  const page = conformancePage(rows(yaml), good);
  const created = '[a.test.ts](../test/a.test.ts): it is created';
  for (const line of [
    '| 4 | 1 | 1 | 1 | 1 |',
    `| ${id(1)} | both | must | a &lt;b> \\| c | **there**<br>${created} |`,
    `| ${id(2)} | WHIP | should | two | **partly**<br>missing: the half<br>${created}<br>[a.test.ts](../test/a.test.ts): the room's door |`,
    `| ${id(4)} | WHEP | may | four | **later**<br>missing: all |`,
    `| ${id(5)} | WHEP | practice | five | **not**<br>nobody has it |`,
  ])
    assert.ok(page.split('\n').includes(line), `${line}\nis not in\n${page}`);
});
