import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Row, rows } from './rows.ts';
import { type Shown, shown } from './shown.ts';

const root = join(import.meta.dirname, '../..');

/** The rows, and the titles of this tree's tests that name them, by path and place. */
export async function conformanceTable(): Promise<{
  readonly rows: readonly Row[];
  readonly titles: readonly Shown[];
}> {
  const paths = await Array.fromAsync(glob('test/**/*.{test,e2e}.ts', { cwd: root }));
  const files = await Promise.all(
    paths.toSorted().map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  );
  return { rows: rows(await readFile(join(import.meta.dirname, 'rows.yaml'), 'utf8')), titles: shown(files) };
}
