import { namesIn } from './names.ts';
import { idsOf, type Proof, type Row, type Section } from './section.ts';

/** What rows may name. */
export interface Tree {
  readonly metrics: ReadonlySet<string>;
  readonly alerts: ReadonlySet<string>;
  /** Fields of the LiveRoom, such as `spec.drain.timeout`. */
  readonly fields: ReadonlySet<string>;
  /** A file's text by its path from the root; undefined when there is none. */
  read(path: string): string | undefined;
}

const missing = (section: Section, rows: readonly Row[]) => {
  const wanted = idsOf(section);
  const found = rows.map(({ id }) => id);
  return found.join() === wanted.join()
    ? []
    : [
        ...wanted.filter((id) => !found.includes(id)).map((id) => `${id} is missing from ${section.file}`),
        ...found.filter((id) => !wanted.includes(id)).map((id) => `${id} does not belong in ${section.file}`),
        ...(found.toSorted().join() === wanted.join() ? [`the rows of ${section.file} are out of order`] : []),
      ];
};

const testFile = /^test\/.+\.(?:test|e2e)\.ts$/;

const unproven = ({ file, name }: Proof, tree: Tree): readonly string[] => {
  if (name === '') return [`"${file}" names no test: write "file > name"`];
  const text = tree.read(file);
  if (text === undefined) return [`there is no ${file}`];
  if (!testFile.test(file)) return [`${file} is no file of tests`];
  return hasTest(text, name) ? [] : [`${file} has no test whose name begins with "${name}"`];
};

/** A test's name stands where it is declared, or is a key of a table of cases where the name is made of such keys. */
function hasTest(text: string, name: string): boolean {
  const begins = `['"\`]${RegExp.escape(name)}`;
  if (new RegExp(`\\b(?:test|describe)\\(\\s*${begins}`).test(text)) return true;
  const isTable = /\btest\((?:name,|`[^`]*\$\{name\})/.test(text);
  return isTable && new RegExp(`^ *${begins}.*['"\`]: `, 'm').test(text);
}

/** A span has no catalogue: one of the row's tests has to name it. */
const unseen = ({ ours = '', there }: Row, tree: Tree): readonly string[] =>
  namesIn(ours, 'span')
    .filter((span) => there.length > 0 && !there.some(({ file }) => tree.read(file)?.includes(`'${span}'`)))
    .map((span) => `no test of its names the span ${span}`);

const unknown = ({ ours = '', later = '', not = '' }: Row, tree: Tree): readonly string[] => {
  const text = `${ours} ${later} ${not}`;
  return [
    ...namesIn(text, 'metric')
      .filter((name) => !tree.metrics.has(name))
      .map((name) => `${name} is no metric of ours`),
    ...namesIn(text, 'alert')
      .filter((name) => !tree.alerts.has(name))
      .map((name) => `${name} is no alert of ours`),
    ...namesIn(text, 'field')
      .filter((name) => !tree.fields.has(name))
      .map((name) => `a LiveRoom has no ${name}`),
    ...namesIn(text, 'file')
      .filter((path) => tree.read(path) === undefined)
      .map((path) => `there is no ${path}`),
  ];
};

const incomplete = ({ was, ours, there, later, not }: Row): readonly string[] => [
  ...(was === '' ? ['it does not say what it was'] : []),
  ...(there.length > 0 && !ours ? ['it is there, and has no name of ours'] : []),
  ...(there.length === 0 && !later && !not ? ['it needs one of there, later, not'] : []),
  ...(not && later ? ['what is not to be is not to come later'] : []),
];

/** All that is wrong with a section's rows, as sentences. Empty when the page tells the truth. */
export const findings = (section: Section, rows: readonly Row[], tree: Tree): readonly string[] => [
  ...missing(section, rows),
  ...rows.flatMap((row) =>
    [
      ...incomplete(row),
      ...row.there.flatMap((proof) => unproven(proof, tree)),
      ...unknown(row, tree),
      ...unseen(row, tree),
    ].map((fault) => `${row.id}: ${fault}`),
  ),
];
