import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { markedProcesses } from '#local/marked-processes.ts';
import { eventually } from '#test/harness/eventually.ts';

const root = join(import.meta.dirname, '../..');

const start = (...args: string[]) =>
  spawn(process.execPath, [join(root, 'local/start.ts'), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });

/** What it has written so far. */
function output(child: ChildProcess): () => string {
  let written = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    written += chunk;
  });
  return () => written;
}

test('npm start leads to a page to watch, tells a second one about it, and a Ctrl-C ends all of it', async (t) => {
  const first = start('--http-port', '0');
  t.after(() => first.kill('SIGKILL'));
  const written = output(first);
  await eventually('the pages, or somebody else', () => /Ctrl-C/.test(written()), 90_000);
  if (written().includes('running already')) return t.skip('npm start is running in this checkout');

  const [player = ''] = /http:\S+\/default\/demo\/#token=\S+/.exec(written()) ?? [];
  const page = await fetch(player);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /text\/html/);
  await access(join(root, '.liveroom/kubeconfig'));

  const told = await text(start().stdout);
  assert.match(told, /is running already/);
  assert.ok(told.includes(player));

  const [dir = ''] = /\S+(?=\/logs)/.exec(written()) ?? [];
  assert.ok((await markedProcesses(dir)).length > 5);
  first.kill('SIGINT');
  const [code] = await once(first, 'exit');
  assert.equal(code, 0);
  assert.match(written(), /Stopped\.\n$/);
  assert.deepEqual(await markedProcesses(dir), []);
  await assert.rejects(access(dir), { code: 'ENOENT' });
  await assert.rejects(access(join(root, '.liveroom/kubeconfig')), { code: 'ENOENT' });
});
