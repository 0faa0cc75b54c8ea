import assert from 'node:assert/strict';
import { once } from 'node:events';
import { release } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { askForShortSlices } from '#server/media/short-slices.ts';

/** What a thread that asks for short slices sees of itself before and after; texts are empty where the kernel says nothing. */
interface Asked {
  readonly isGiven: boolean;
  readonly before: string;
  readonly after: string;
}

/** In a thread of its own: the slice stays what it has become. */
const asking = `
  const { readFileSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const seen = () => {
    try {
      return readFileSync('/proc/thread-self/sched', 'utf8');
    } catch {
      return '';
    }
  };
  import(workerData).then(({ askForShortSlices }) => {
    const before = seen();
    const isGiven = askForShortSlices();
    parentPort.postMessage({ isGiven, before, after: seen() });
  });
`;

const module = new URL('../../../server/media/short-slices.ts', import.meta.url).href;

/** Whether this kernel gives slices to those who ask. */
function isKernelOfSlices(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return process.platform === 'linux' && (major > 6 || (major === 6 && minor >= 12));
}

test('a thread gets the slices that it asks for, and keeps its priority and its policy', async (t) => {
  if (!isKernelOfSlices()) return t.skip('needs Linux 6.12');
  const worker = new Worker(asking, { eval: true, workerData: module });
  const [{ isGiven, before, after }]: [Asked] = (await once(worker, 'message')) as [Asked];
  await worker.terminate();
  if (before === '') return t.skip('needs a kernel that tells of its scheduler');
  assert.equal(isGiven, true);
  assert.match(after, /^se\.slice\s*:\s*100000$/m);
  const kept = (text: string) => text.match(/^(policy|prio) .*$/gm);
  assert.equal(kept(after)?.length, 2);
  assert.deepEqual(kept(after), kept(before));
});

test('where it cannot ask, nothing is the matter', () => {
  assert.equal(askForShortSlices('a processor of which nothing is known'), false);
});
