import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureWhipClient, findWhipClient } from '#local/whip-client.ts';

/** Runs it where these programs are on the PATH, and yields what it has said. */
async function ensured(t: { after(done: () => unknown): void }, programs: readonly string[], userId: number) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-path-'));
  t.after(() => rm(dir, { recursive: true }));
  for (const name of programs) {
    await writeFile(join(dir, name), '#!/bin/sh\necho "E: Unable to locate package $4" >&2; exit 100\n');
    await chmod(join(dir, name), 0o755);
  }
  const said: string[] = [];
  const progress = { say: (text: string) => said.push(text), task: () => assert.fail('there is no bar') };
  await ensureWhipClient({ env: { PATH: dir }, userId, progress });
  return { said: said.join('\n'), found: await findWhipClient({ PATH: dir }) };
}

test('who has simple-whip-client and a compiler hears nothing', async (t) => {
  const { said, found } = await ensured(t, ['whip-client', 'tcc'], 1000);
  assert.equal(said, '');
  assert.match(found?.client ?? '', /whip-client$/);
});

test('without root, or without apt, it is told what is left out, and how to have it', async (t) => {
  for (const [programs, userId] of [
    [['apt-get', 'whip-client'], 1000],
    [['tcc'], 0],
  ] as const) {
    const { said, found } = await ensured(t, programs, userId);
    assert.match(said, /the test with it is left out.*as root, apt-get install .*simple-whip-client/);
    assert.equal(found, undefined);
  }
});

test('an installation that fails ends the setup with what apt said', async (t) => {
  await assert.rejects(ensured(t, ['apt-get'], 0), /Unable to locate package/);
});
