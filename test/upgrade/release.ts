import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '#local/run.ts';

const root = resolve(import.meta.dirname, '../..');
/** Kept from the day of the release. */
const kept = 'test/fixtures/0.1.0/install.yaml';

/** What an image of the release has. */
const parts = ['package.json', 'package-lock.json', '.npmrc', 'crds', 'operator', 'server'];

/** Where the code of a release is, or why it cannot be had. */
export type Release = { readonly dir: string } | { readonly absent: string };

/**
 * The code of release 0.1.0 from the history of this repository, with its own dependencies, put together as its Dockerfile
 * does. Once made, it is kept. Throws with what git or npm said.
 */
export async function release010(): Promise<Release> {
  const commit = await commitOfRelease();
  if (commit === undefined) return { absent: 'the history of this clone does not reach back to release 0.1.0' };
  const dir = join(root, '.liveroom', `release-0.1.0-${commit.slice(0, 12)}`);
  if (!(await isThere(dir))) await make(dir, commit);
  return { dir };
}

/** The commit that has kept what it installed; where the history is cut off, git shows another for it. */
async function commitOfRelease(): Promise<string | undefined> {
  try {
    const found = await git('log', '--diff-filter=A', '--format=%H', '--', kept);
    const commit = found.trim().split('\n').at(-1) ?? '';
    const installed = commit === '' ? undefined : await git('show', `${commit}:install.yaml`);
    return installed === (await readFile(join(root, kept), 'utf8')) ? commit : undefined;
  } catch {
    // No repository, or no git.
    return undefined;
  }
}

/** Nobody finds it half made. */
async function make(dir: string, commit: string): Promise<void> {
  await mkdir(join(dir, '..'), { recursive: true });
  const draft = await mkdtemp(`${dir}.`);
  try {
    const archive = join(draft, 'release.tar');
    await git('archive', `--output=${archive}`, commit, ...parts);
    await run('tar', ['-xf', archive], { cwd: draft });
    await rm(archive);
    await run('npm', ['install', '--omit=dev', '--ignore-scripts', '--prefer-offline'], { cwd: draft });
    await rename(draft, dir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

const git = (...args: string[]): Promise<string> => run('git', args, { cwd: root });

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
