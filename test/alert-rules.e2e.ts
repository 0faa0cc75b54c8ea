import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import type { Coverage } from '#operator/build/coverage.ts';
import { prometheusRule } from '#operator/build/prometheus-rule.ts';
import { groups, rules } from '#test/alerts/rules.ts';
import { config, storedRoom } from '#test/operator/objects.ts';

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

  const accepts = async (file: string, count: number) =>
    assert.match(
      await run('check', 'rules', '--lint=all', '--lint-fatal', file),
      new RegExp(`SUCCESS: ${count} rules found`),
    );

  test('are rules that Prometheus accepts', () => accepts('rules.yaml', rules.length));

  const coverages: Readonly<Record<string, Coverage>> = {
    'of a room of its own': { room: storedRoom() },
    'of a namespace without some of its rooms': { namespace: 'events', except: ['backstage', 'keynote'] },
  };
  for (const [which, coverage] of Object.entries(coverages))
    test(`${which}, too`, async () => {
      const { groups } = prometheusRule(coverage, config).spec;
      await writeFile(join(folder, 'covered.yaml'), stringify({ groups }));
      await accepts('covered.yaml', groups.flatMap((group) => group.rules).length);
    });

  test('have runbooks whose queries Prometheus understands', async () => {
    const runbooks = join(import.meta.dirname, '../docs/runbooks');
    const pages = await readdir(runbooks);
    const texts = await Promise.all(pages.map((page) => readFile(join(runbooks, page), 'utf8')));
    const blocks = texts.flatMap((text) =>
      [...text.matchAll(/^```promql\n(.*?)^```/gms)].map(([, block = '']) => block),
    );
    const queries = new Set(blocks.flatMap((block) => block.trim().split('\n')));
    assert.ok(queries.size >= pages.length);
    const asRules = [...queries].map((expr, index) => ({ record: `query:${index}`, expr }));
    await writeFile(join(folder, 'queries.yaml'), stringify({ groups: [{ name: 'runbooks', rules: asRules }] }));
    await accepts('queries.yaml', queries.size);
  });

  for (const file of (await readdir(stories)).filter((name) => name.endsWith('.yaml')))
    test(`begin and end as told in ${file}`, async () => {
      assert.match(await run('test', 'rules', file), /SUCCESS/);
    });
});
