import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineSplitter } from '#local/node/log-lines.ts';
import { startProcess } from '#local/node/process.ts';
import { eventually } from '#test/harness/eventually.ts';

const shell = (script: string) => ({ file: 'sh', args: ['-c', script], cwd: '/' });
const env = { PATH: '/usr/bin:/bin' };

async function started(script: string) {
  const said: string[] = [];
  const stream = () => lineSplitter((line) => said.push(line));
  const process = await startProcess(shell(script), env, { stdout: stream(), stderr: stream() });
  return { process, said };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a process', () => {
  test('ends with its exit code, and all it said is there by then', async () => {
    const { process, said } = await started('echo out; printf half >&2; exit 3');
    assert.equal(await process.ended, 3);
    assert.deepEqual(said.sort(), ['half', 'out']);
  });

  test('ended by a signal has 128 and its number', async () => {
    const { process } = await started('exec sleep 60');
    process.terminate();
    assert.equal(await process.ended, 143);
  });

  test('takes its children with it', async () => {
    const { process, said } = await started('sleep 60 & echo $!; wait');
    const child = await eventually('its child is there', () => Number(said[0]) || undefined);
    process.kill();
    assert.equal(await process.ended, 137);
    await eventually('the child is gone', () => !isAlive(child));
  });

  test('that ends leaves no child behind', async () => {
    const { process, said } = await started('sleep 60 & echo $!');
    assert.equal(await process.ended, 0);
    await eventually('the child is gone', () => !isAlive(Number(said[0])));
  });

  test('that cannot be executed is an error', async () => {
    const ignored = { stdout: () => {}, stderr: () => {} };
    await assert.rejects(startProcess({ file: '/no/such', args: [], cwd: '/' }, env, ignored), /ENOENT/);
  });
});
