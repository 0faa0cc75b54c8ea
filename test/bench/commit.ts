import { run } from '#local/run.ts';

/** What is measured, marked where files differ from it; nothing outside of a git work tree. */
export async function commitHere(): Promise<{ readonly commit?: string }> {
  const described = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
  const commit = await run('git', described, { cwd: import.meta.dirname }).catch(() => '');
  return commit === '' ? {} : { commit: commit.trim() };
}
