import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { serverProcess } from './server-process.ts';

const rooms = 'rooms: [{name: stage}]';
/** Runs code in a server's process before its own. */
const first = (code: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` });

test('a promise that rejects and that nobody waits for is told and counted, and the server goes on', async (t) => {
  const server = await serverProcess(rooms, first(`process.on('SIGUSR2', () => Promise.reject(new Error('lost')))`));
  t.after(server.end);
  server.signal('SIGUSR2');
  await eventually('it is counted', async () => (await server.metric('live_uncaught_errors_total')) === 1);
  assert.ok(server.said.some((line) => line.includes('"an error was not caught","error":"Error: lost')));
  assert.equal((await fetch(server.url('/default/stage/'))).status, 200);
});

test('a server that cannot end in order says why, and ends all the same', { timeout: 20_000 }, async (t) => {
  const broken = `import { Worker } from 'node:worker_threads';
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (messages) {
      if (messages.some(({ ask }) => ask === 'close')) throw new Error('stuck');
      postMessage.call(this, messages);
    };`;
  const server = await serverProcess(rooms, first(broken));
  t.after(server.end);
  server.signal('SIGTERM');
  assert.equal(await server.exitCode(), 1);
  assert.ok(server.said.some((line) => line.includes('Error: stuck')));
});
