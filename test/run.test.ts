import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';

/** `npm test` with these arguments, in the tests' own Node. */
const run = (...args: readonly string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, ['test/run.ts', ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

test('who asks npm test for help, or slips, is answered before anything is set up', async () => {
  const [help, option, file] = await Promise.all([run('--help'), run('--fast'), run('test/romm.e2e.ts')]);
  const usage = /^npm test \[-- FILE …\]\n/;
  assert.deepEqual([help.code, option.code, file.code], [0, 2, 2]);
  assert.match(help.stdout, usage);
  assert.match(option.stderr, /^Unknown option '--fast'.*\nnpm test \[/s);
  assert.match(file.stderr, /^There is no test test\/romm\.e2e\.ts\.\nnpm test \[/);
  for (const { stdout } of [option, file]) assert.equal(stdout, '');
});
