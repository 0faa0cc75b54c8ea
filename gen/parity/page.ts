import { marked } from './names.ts';
import { isStarred, type Proof, type Row, type Section } from './section.ts';

const cell = (text: string) => marked(text).replaceAll('|', '\\|');

const link = ({ file, name }: Proof) => `[${file.split('/').at(-1)}](../../${file} "${name.replaceAll('"', "'")}")`;

const state = ({ there, later, not }: Row) =>
  [
    ...(there.length > 0 ? [`${later || not ? 'partly' : '**there**'}: ${there.map(link).join(', ')}`] : []),
    ...(later ? [`later: ${cell(later)}`] : []),
    ...(not ? [`not: ${cell(not)}`] : []),
  ].join('<br>');

const line = (section: Section, row: Row) =>
  `| ${row.id}${isStarred(section, row.id) ? ' ★' : ''} | ${cell(row.was)} | ${cell(row.ours ?? '')} | ${state(row)} |`;

const count = (rows: readonly Row[], is: (row: Row) => boolean) => rows.filter(is).length;

const summary = (section: Section, rows: readonly Row[]) =>
  `| [${section.title}](#${anchor(section.title)}) | ${[
    rows.length,
    count(rows, ({ there, later, not }) => there.length > 0 && !later && !not),
    count(rows, ({ there, later, not }) => there.length > 0 && Boolean(later || not)),
    count(rows, ({ there, later }) => there.length === 0 && later !== undefined),
    count(rows, ({ there, not }) => there.length === 0 && not !== undefined),
  ].join(' | ')} |`;

/** As GitHub names a heading's anchor. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** The page of the parity table, for those who come from one of the five systems. */
export const parityPage = (
  table: readonly (readonly [Section, readonly Row[]])[],
) => `<!-- Generated from gen/parity/ by \`npm run gen\`. Do not edit. -->
# Coming from another system

LiveRoom learned from five systems: live-webrtc-go, LiveKit, datarhei Core "Dragon Fork", GoliveKit and TinyIce. This
table names every metric, alert, dashboard panel, span, probe and setting of theirs that we know of, and what stands for
it here: **there**, with the test that proves it; later, with what it waits for; or not, and why. Partly is what is there
but for what is said to come later, or not at all.

★ marks what belongs to the monitoring that a system's makers designed; the other rows come from the rest of their code
and pages. All metrics of ours, with labels and buckets: [metrics.md](metrics.md).

| section | rows | there | partly | later | not |
|---|---|---|---|---|---|
${table.map(([section, rows]) => summary(section, rows)).join('\n')}
${table
  .map(
    ([section, rows]) => `
## ${section.title}
| row | theirs | ours | state |
|---|---|---|---|
${rows.map((row) => line(section, row)).join('\n')}
`,
  )
  .join('')}`;
