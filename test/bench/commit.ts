import { run } from '#local/run.ts';

/** What is measured, marked where files differ from it, but for what was measured before; nothing outside of a git work tree. */
export async function commitHere(): Promise<{ readonly commit?: string }> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: import.meta.dirname })).trim();
  try {
    const commit = await git('describe', '--always', '--abbrev=12', '--exclude=*');
    const changed = await git(
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      ':/',
      ':(top,exclude)docs/numbers',
    );
    return { commit: changed === '' ? commit : `${commit}-dirty` };
  } catch {
    return {};
  }
}
