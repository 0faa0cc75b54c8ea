import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { serverMetric } from '#crds/metrics.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { findings, type Tree } from '#gen/parity/findings.ts';
import { marked, namesIn } from '#gen/parity/names.ts';
import { parityPage } from '#gen/parity/page.ts';
import { isStarred, rows, type Section } from '#gen/parity/section.ts';
import { parityTable } from '#gen/parity/table.ts';
import { specFields } from '#gen/reference.ts';
import { alert } from '#operator/build/alerts/names.ts';

const root = join(import.meta.dirname, '../..');

/** What Node's and the process's own collectors export. */
async function defaultMetrics(): Promise<readonly string[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return (await registry.getMetricsAsJSON()).map(({ name }) => name);
}

const table = await parityTable();
const tree: Tree = {
  metrics: new Set([
    ...Object.values(serverMetric).map(({ name }) => name),
    ...Object.values(operatorMetric).map(({ name }) => name),
    ...(await defaultMetrics()),
  ]),
  alerts: new Set(Object.values(alert)),
  fields: new Set(specFields()),
  read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
};

for (const [section, sectionRows] of table)
  test(`${section.title}: no row is missing, and each names what is there and a test that is`, () => {
    assert.deepEqual(findings(section, sectionRows, tree), []);
  });

const section: Section = { title: 'A system', file: 'a.yaml', first: 1, last: 2, starred: [[2, 2]] };
const files: Readonly<Record<string, string>> = {
  'test/a.test.ts': "test('it counts rooms', () => {})\nconst figure = { name: 'it sums' };\n",
  'test/table.test.ts': `  'no rooms': [0],\ntest(\`it counts \${name}\`, () => {})\nassert.equal(1, 2, 'no rest');\n`,
  'test/bench/a.ts': "test('it counts rooms', () => {})",
};
const small: Tree = {
  metrics: new Set(['live_rooms']),
  alerts: new Set(['LiveSFUDown']),
  fields: new Set(['spec.drain.timeout']),
  read: (path) => files[path],
};
const good = `
A-001:
  was: their rooms
  ours: live_rooms, LiveSFUDown, spec.drain.timeout
  there: test/a.test.ts > it counts
A-002: {was: their_panel | more, later: with LiveKit and LiveRoom themselves}
`;

test('a row that is complete and true has no finding', () =>
  assert.deepEqual(findings(section, rows(good), small), []));

test('a name that is made of the keys of a table may be told by its key, and a text that is no key is none', () => {
  const proven = (name: string) =>
    findings(section, rows(good.replace('test/a.test.ts > it counts', `test/table.test.ts > ${name}`)), small);
  assert.deepEqual(proven('no rooms'), []);
  assert.deepEqual(proven(`it counts \${name}`), []);
  assert.deepEqual(proven('no rest'), ['A-001: test/table.test.ts has no test whose name begins with "no rest"']);
});

const faults: readonly (readonly [what: string, from: string, to: string, finding: string])[] = [
  ['a row that is left out', 'A-001', 'A-007', 'A-001 is missing from a.yaml'],
  ['a row of another section', 'A-002', 'A-003', 'A-003 does not belong in a.yaml'],
  ['a metric that no catalogue has', 'live_rooms', 'live_halls', 'A-001: live_halls is no metric of ours'],
  ['an alert that is not ours', 'LiveSFUDown', 'LivePublisherGone', 'A-001: LivePublisherGone is no alert of ours'],
  ['a field that the spec lacks', 'drain.timeout', 'drain.after', 'A-001: a LiveRoom has no spec.drain.after'],
  ['a page that is not there', 'LiveSFUDown', 'docs/a.md', 'A-001: there is no docs/a.md'],
  ['a file of tests that is not there', 'test/a.', 'test/b.', 'A-001: there is no test/b.test.ts'],
  [
    'a test that is not in its file',
    'it counts',
    'it sums',
    'A-001: test/a.test.ts has no test whose name begins with "it sums"',
  ],
  ['a figure of a bench', 'test/a.test.ts', 'test/bench/a.ts', 'A-001: test/bench/a.ts is no file of tests'],
  ['the middle of a name', 'it counts', 'counts', 'A-001: test/a.test.ts has no test whose name begins with "counts"'],
  ['a file without a test', ' > it counts', '', 'A-001: "test/a.test.ts" names no test: write "file > name"'],
  [
    'a span that its test does not name',
    'live_rooms',
    'live_rooms, room.create',
    'A-001: no test of its names the span room.create',
  ],
  ['no word of what it was', 'was: their rooms', 'was: ""', 'A-001: it does not say what it was'],
  [
    'a test, but no name',
    'ours: live_rooms, LiveSFUDown, spec.drain.timeout',
    '',
    'A-001: it is there, and has no name of ours',
  ],
  ['no state', 'later: with LiveKit and LiveRoom themselves', 'ours: soon', 'A-002: it needs one of there, later, not'],
  ['two states', 'later: with', 'later: soon, not: with', 'A-002: what is not to be is not to come later'],
];
for (const [what, from, to, finding] of faults)
  test(`${what} is found`, () => {
    const found = findings(section, rows(good.replace(from, to)), small);
    assert.ok(found.includes(finding), found.join('\n'));
  });

test('rows out of order are found', () => {
  const [first, second] = rows(good);
  assert.ok(first && second);
  assert.deepEqual(findings(section, [second, first], small), ['the rows of a.yaml are out of order']);
});

test('names are told from words', () => {
  assert.deepEqual(namesIn('live_rooms and live_room_max_subscribers, not livekit_room_total', 'metric'), [
    'live_rooms',
    'live_room_max_subscribers',
  ]);
  assert.deepEqual(namesIn('a LiveRoom, LiveKit, LiveSFUDown', 'alert'), ['LiveSFUDown']);
  assert.equal(
    marked('GET /stats or /livez?verbose in spec.drain.timeout, by LOG_LEVEL; and/or 5 s'),
    'GET `/stats` or `/livez?verbose` in `spec.drain.timeout`, by `LOG_LEVEL`; and/or 5 s',
  );
  assert.equal(
    marked('see docs/reference/metrics.md.'),
    'see [docs/reference/metrics.md](../../docs/reference/metrics.md).',
  );
});

test('what is there but for something that is not to be is there partly', () => {
  const partly = good.replace('> it counts', '> it counts\n  not: their colours');
  assert.deepEqual(findings(section, rows(partly), small), []);
  const page = parityPage([[section, rows(partly)]]);
  assert.match(page, /^\| \[A system\]\(#a-system\) \| 2 \| 0 \| 1 \| 1 \| 0 \|$/m);
  assert.match(page, /\| partly: \[a\.test\.ts\].*<br>not: their colours \|$/m);
});

test('the page has a line for each row, its star, its state, and the sum of them', () => {
  const page = parityPage([[section, rows(good)]]);
  assert.match(page, /^\| \[A system\]\(#a-system\) \| 2 \| 1 \| 0 \| 1 \| 0 \|$/m);
  assert.ok(
    page.includes(
      '| A-001 | their rooms | `live_rooms`, [`LiveSFUDown`](../runbooks/LiveSFUDown.md), `spec.drain.timeout` | **there**: [a.test.ts](../../test/a.test.ts "it counts") |',
    ),
    page,
  );
  assert.ok(
    page.includes('| A-002 ★ | `their_panel` \\| more |  | later: with LiveKit and LiveRoom themselves |'),
    page,
  );
  assert.equal(isStarred(section, 'A-001'), false);
});
