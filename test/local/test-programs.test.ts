import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureTestPrograms } from '#local/test-programs.ts';

/** Runs it where these programs are on the PATH, and yields what it has said. */
async function said(
  t: { after(done: () => unknown): void },
  programs: readonly string[],
  { userId = 0, startsServices = false } = {},
) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-path-'));
  t.after(() => rm(dir, { recursive: true }));
  for (const name of programs) {
    await writeFile(
      join(dir, name),
      '#!/bin/sh\n[ "$1" = update ] || { echo "E: Unable to locate $4 $5" >&2; exit 100; }\n',
    );
    await chmod(join(dir, name), 0o755);
  }
  const lines: string[] = [];
  const progress = { say: (text: string) => lines.push(text), task: () => assert.fail('there is no bar') };
  await ensureTestPrograms({ env: { PATH: dir }, userId, progress, startsServices });
  return lines.join('\n');
}

const all = ['whip-client', 'tcc', 'turnserver'];

test('who has all programs hears nothing', async (t) => {
  assert.equal(await said(t, all, { userId: 1000 }), '');
});

test('without root, or without apt, it is told which tests are left out, and how to have them', async (t) => {
  assert.equal(
    await said(t, ['apt-get', 'turnserver'], { userId: 1000 }),
    'Tests with whip-client, tcc are left out. To have them run: as root, apt-get install --no-install-recommends simple-whip-client tcc.',
  );
  assert.match(await said(t, ['tcc']), /^Tests with whip-client, turnserver are left out/);
});

test('what would start a service of the system is not installed', async (t) => {
  const lines = await said(t, ['apt-get', 'whip-client', 'tcc'], { startsServices: true });
  assert.match(lines, /^Tests with turnserver are left out[^\n]*coturn\.$/);
});

test('an installation that fails ends the setup with what apt said', async (t) => {
  await assert.rejects(said(t, ['apt-get', 'tcc']), /Unable to locate simple-whip-client coturn/);
});
