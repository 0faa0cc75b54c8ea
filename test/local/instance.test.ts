import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { withLock } from '#local/binaries/lock.ts';
import { claim } from '#local/instance.ts';

/** Names are known to the whole machine. */
const unique = (name: string) => `${name}-${process.pid}`;

/** A process that has run `code` and stays; it says `done` when it has. */
async function another(code: string) {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', `${code}; console.log('done'); setInterval(() => {}, 1e6)`],
    {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  return child;
}

test('a second start is told what the first one has to say at that time', async (t) => {
  const first = await claim(unique('checkout'));
  assert.ok(first.kind === 'ours');
  t.after(() => first.release());
  let token = 'first';
  first.tell(async () => `watch with ${token}`);
  assert.deepEqual(await claim(unique('checkout')), { kind: 'taken', summary: 'watch with first' });
  token = 'renewed';
  assert.deepEqual(await claim(unique('checkout')), { kind: 'taken', summary: 'watch with renewed' });
  const elsewhere = await claim(unique('another checkout'));
  assert.ok(elsewhere.kind === 'ours');
  elsewhere.release();
});

test('a first start that cannot find out what to say says why', async (t) => {
  const first = await claim(unique('ill'));
  assert.ok(first.kind === 'ours');
  t.after(() => first.release());
  first.tell(() => Promise.reject(new Error('the API server is away')));
  assert.deepEqual(await claim(unique('ill')), { kind: 'taken', summary: 'the API server is away\n' });
});

test('the claim of a process that was killed is free', async () => {
  const root = unique('killed');
  const module = JSON.stringify(import.meta.resolve('#local/instance.ts'));
  const child = await another(`const { claim } = await import(${module}); await claim(${JSON.stringify(root)})`);
  assert.equal((await claim(root)).kind, 'taken');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const ours = await claim(root);
  assert.ok(ours.kind === 'ours');
  ours.release();
});

test('work under a lock never overlaps', async () => {
  let inside = 0;
  let most = 0;
  let done = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 10));
    inside--;
    done++;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(unique('overlap'), { onWait: () => undefined }, work)));
  assert.deepEqual({ most, done }, { most: 1, done: 5 });
});

test('the lock of a process that was killed is released', async () => {
  const name = unique('lock');
  const module = JSON.stringify(import.meta.resolve('#local/binaries/lock.ts'));
  const hold = `new Promise(() => console.log('done'))`;
  const child = await another(
    `const { withLock } = await import(${module}); await withLock(${JSON.stringify(name)}, { onWait() {} }, () => ${hold})`,
  );
  const waited = Promise.withResolvers<void>();
  const ours = withLock(name, { onWait: waited.resolve }, async () => 'ours');
  await waited.promise;
  child.kill('SIGKILL');
  assert.equal(await ours, 'ours');
});

test('waiting for a lock can be given up', async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const release = Promise.withResolvers<void>();
  const name = unique('given up');
  const first = withLock(name, { onWait: () => undefined }, () => release.promise);
  const second = withLock(name, { onWait: () => stopping.abort(), signal }, async () => undefined);
  await assert.rejects(second, { name: 'AbortError' });
  release.resolve();
  await first;
});
