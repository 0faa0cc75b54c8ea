import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import { groups, rules } from '#test/alerts/rules.ts';

/** Prometheus' own tool reads our rules and runs the stories of test/alerts/*.yaml on them, with the times as they are. */

describe('the alerts', async () => {
  const stories = join(import.meta.dirname, 'alerts');
  let promtool: string;
  let folder: string;

  before(async () => {
    const want = ['promtool'] as const;
    ({ promtool } = await ensureBinaries({ want, env: process.env, progress: terminalProgress(process.stderr) }));
    folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    await cp(stories, folder, { recursive: true });
    await writeFile(join(folder, 'rules.yaml'), stringify({ groups }));
  });
  after(() => rm(folder, { recursive: true }));

  /** Resolves to what promtool says; rejects with it, too. */
  const run = async (...args: string[]) => {
    const said = await promisify(execFile)(promtool, args, { cwd: folder }).catch((error) => error);
    if (said instanceof Error) throw new Error(Object.values(said).join('\n'));
    return String(said.stdout);
  };

  test('are rules that Prometheus accepts', async () => {
    assert.match(
      await run('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml'),
      new RegExp(`SUCCESS: ${rules.length} rules found`),
    );
  });

  for (const file of (await readdir(stories)).filter((name) => name.endsWith('.yaml')))
    test(`begin and end as told in ${file}`, async () => {
      assert.match(await run('test', 'rules', file), /SUCCESS/);
    });
});
