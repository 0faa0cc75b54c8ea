import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { afterEach, test } from 'node:test';
import { port } from '#crds/contract.ts';
import { podAsker } from '#operator/stats/ask-pod.ts';
import { aPod } from '../objects.ts';

/** An address of this machine's own where nobody else has port 9090. */
const podIP = '127.77.0.10';
const pod = aPod('a', { status: { podIP } });
const answer = { version: '0.1.0', draining: false, rooms: [] };
const { signal } = new AbortController();

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A pod that counts who connects, and somebody who asks it. */
async function answering() {
  let connections = 0;
  const server: Server = createServer((_, response) => response.end(JSON.stringify(answer)));
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(port.internal, podIP, resolve));
  const asker = podAsker();
  undo.push(() => new Promise((resolve) => server.close(resolve)), asker.stop);
  return { server, asker, connections: () => connections };
}

test('a pod that is asked again before long is asked on the same connection', async () => {
  const { asker, connections } = await answering();
  for (let i = 0; i < 3; i++) assert.deepEqual(await asker.ask(pod, { signal, isAskedSoon: true }), answer);
  assert.equal(connections(), 1);
});

test('no connection is kept of one that is not', async () => {
  const { asker, connections } = await answering();
  for (let i = 0; i < 3; i++) assert.deepEqual(await asker.ask(pod, { signal, isAskedSoon: false }), answer);
  assert.equal(connections(), 3);
});

test('a connection that the pod cuts at the question is no lost answer', async () => {
  const { server, asker, connections } = await answering();
  await asker.ask(pod, { signal, isAskedSoon: true });
  server.prependOnceListener('request', ({ socket }) => void socket.resetAndDestroy());
  assert.deepEqual(await asker.ask(pod, { signal, isAskedSoon: true }), answer);
  assert.equal(connections(), 2);
});

test('a pod that cuts new connections, too, does not answer', async () => {
  const { server, asker } = await answering();
  server.prependListener('request', ({ socket }) => void socket.resetAndDestroy());
  await assert.rejects(asker.ask(pod, { signal, isAskedSoon: true }), { code: 'ECONNRESET' });
});

test('a pod without an address cannot be asked', async () => {
  const { asker } = await answering();
  await assert.rejects(asker.ask(aPod('b', { status: {} }), { signal, isAskedSoon: true }), /b has no address/);
});
