import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { inOwnRoot } from '#local/node/own-root.ts';

const skip = spawnSync('unshare', ['-r', 'true']).status === 0 ? false : 'there are no user namespaces here';

/** What the shell itself needs, as an image would have it. */
const shellFiles = ['/bin', '/lib', '/lib64', '/usr'].filter(existsSync).map((path): [string, string] => [path, path]);

/** Runs a shell script that sees, beside the shell, only these files. */
async function start(t: TestContext, script: string, files: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'own-root-'));
  t.after(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, 'volume/settings'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, 'volume', name), content);
  const mounts = new Map([
    ...shellFiles,
    ['/etc/app/settings', join(dir, 'volume')],
    ['/etc/app', join(dir, 'volume')],
    ['/etc/single.yaml', join(dir, 'volume', 'a')],
  ]);
  const { file, args } = inOwnRoot({ file: '/bin/sh', args: ['-c', script], cwd: '/' }, mounts, join(dir, 'root'));
  return spawn('unshare', ['-r', file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('a program finds volumes at their mount paths, and nothing of this machine beside them', { skip }, async (t) => {
  const script = 'cat /etc/single.yaml /etc/app/settings/b; ls /etc /etc/app; test -e /home || echo no home; pwd';
  const child = await start(t, script, { a: 'one\n', b: 'two\n' });
  assert.ok(child.stdout);
  const said = await text(child.stdout);
  assert.equal(said, 'one\ntwo\n/etc:\napp\nsingle.yaml\n\n/etc/app:\na\nb\nsettings\nno home\n/\n');
});

test('a signal reaches the program itself, and its exit code comes back', { skip }, async (t) => {
  const script = 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done';
  const child = await start(t, script, { a: '' });
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 7);
});
