/** A file of tests. `path` is from the root of the tree. */
export interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** A title that names rows. */
export interface Shown {
  readonly path: string;
  /** Without the ids. */
  readonly title: string;
  readonly ids: readonly string[];
  /** Whether it is the title of a test. */
  readonly isTest: boolean;
}

/** A text between quotes with ids at its end. */
const named = /(['"`])((?:(?!\1)[^\\\n]|\\.)*) \((C-\d\d(?:, C-\d\d)*)\)\1/g;

/** Every title of the files that names rows, in their order. */
export const shown = (files: readonly TestFile[]): readonly Shown[] =>
  files.flatMap(({ path, text }) =>
    text
      .matchAll(named)
      .map(({ 0: quoted, 2: name = '', 3: ids = '', index }) => {
        const plain = name.replaceAll(/\\(.)/g, '$1');
        const title = titleOf(plain, text.slice(0, index), text.slice(index + quoted.length));
        return { path, title: title ?? plain, ids: ids.split(', '), isTest: title !== undefined };
      })
      .toArray(),
  );

/**
 * A test's title stands where it is declared, or is made of a key of a table, by the test below the table. Undefined for
 * a text that is neither.
 */
function titleOf(name: string, before: string, after: string): string | undefined {
  if (/\btest\(\s*$/.test(before)) return name;
  if (!/^ *$/.test(before.slice(before.lastIndexOf('\n') + 1)) || !after.startsWith(':')) return undefined;
  const [test, template] = /\btest\(\s*(?:name\b|`([^`]*\$\{name\}[^`]*)`)/.exec(after) ?? [];
  if (test === undefined) return undefined;
  return template === undefined ? name : template.replace(`\${name}`, name).replaceAll(/\$\{[^}]*\}/g, '…');
}
