import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ApiError, longestRetryAfterMs, retryAfterMs } from '#operator/cluster/client/api-error.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { clientConfigFromFile, clientConfigInCluster } from '#operator/cluster/client/kube-config.ts';
import { collectionPath, objectPath } from '#operator/cluster/client/paths.ts';
import { anObject, event, flakyServer, list, refuse, watch } from './flaky-server.ts';

/** A client of a peer that answers like this; both end with the test. */
async function clientOf(t: TestContext, answers: Parameters<typeof flakyServer>[0]) {
  const server = await flakyServer(answers);
  const client = kubeClient({ server: server.url });
  t.after(async () => {
    await client.close();
    await server.stop();
  });
  return { server, client };
}

test('requests share connections', async (t) => {
  const { server, client } = await clientOf(
    t,
    Array.from({ length: 50 }, () => list(1, [])),
  );
  for (let i = 0; i < 50; i++) await client.request('GET', '/api/v1/things');
  // Two, since the pool counts a connection as busy until the turn after its answer.
  assert.ok(server.connections() <= 2, `${server.connections()} connections`);
});

test('no answer and no event has managedFields', async (t) => {
  const managed = anObject('a', 1, { managedFields: [{ manager: 'x', fieldsV1: { 'f:spec': {} } }] });
  const { client } = await clientOf(t, [list(1, [managed]), watch([event('ADDED', managed)], 'closed')]);
  const answer = await client.request<{ items: readonly unknown[] }>('GET', '/api/v1/things');
  assert.deepEqual(answer.items, [{ metadata: anObject('a', 1).metadata }]);
  const events = await Array.fromAsync(client.watch('/api/v1/things'));
  assert.deepEqual(events, [{ type: 'ADDED', object: anObject('a', 1) }]);
});

test('a refusal carries what the API server said, and which request it was', async (t) => {
  const details = { causes: [{ reason: 'NamespaceTerminating' }], retryAfterSeconds: 2 };
  const { client } = await clientOf(t, [refuse(403, {}, { details })]);
  const error = await client.request('POST', '/api/v1/things', { body: anObject('a', 1) }).catch((e) => e);
  assert.ok(error instanceof ApiError);
  assert.equal(error.message, 'POST /api/v1/things: refused with 403');
  assert.deepEqual([error.status, error.reason, error.retryAfterMs], [403, 'Reason403', 2000]);
  assert.deepEqual(error.details, details);
});

test('a proxy that answers in plain text is quoted', async (t) => {
  const { client } = await clientOf(t, [(response) => void response.writeHead(502).end('bad gateway\n')]);
  await assert.rejects(client.request('GET', '/api'), { status: 502, message: 'GET /api: bad gateway' });
});

test('a server that asks for years is not believed: no timer is set for so long', () => {
  const years = 10 ** 9;
  assert.equal(new ApiError(429, {}, { retryAfterMs: years * 1000 }).retryAfterMs, longestRetryAfterMs);
  assert.equal(new ApiError(429, { details: { retryAfterSeconds: years } }).retryAfterMs, longestRetryAfterMs);
  assert.equal(new ApiError(429, {}, { retryAfterMs: 7_000 }).retryAfterMs, 7_000);
});

test('Retry-After is seconds or a date', () => {
  assert.equal(retryAfterMs('3', 0), 3000);
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 2000), 3000);
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 9000), 0);
  assert.equal(retryAfterMs('soon', 0), undefined);
  assert.equal(retryAfterMs(undefined, 0), undefined);
});

test('a token of a ServiceAccount is read again when it has rotated', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-account-'));
  let nowMs = 0;
  await writeFile(join(dir, 'ca.crt'), 'PEM');
  await writeFile(join(dir, 'token'), 'first\n');
  const config = await clientConfigInCluster({ host: '::1', port: '443', serviceAccountDir: dir, now: () => nowMs });
  assert.equal(config.server, 'https://[::1]:443');
  assert.equal(await config.authorization?.(), 'Bearer first');
  await writeFile(join(dir, 'token'), 'second\n');
  nowMs = 10_000;
  assert.equal(await config.authorization?.(), 'Bearer second');
  await rm(dir, { recursive: true });
});

test('a ServiceAccount without its files is an error that names the file', async () => {
  const account = clientConfigInCluster({ host: 'a', port: '1', serviceAccountDir: '/nowhere' });
  await assert.rejects(account, /\/nowhere\/ca\.crt/);
});

test('a kubeconfig gives address, authority and token', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-kubeconfig-'));
  const path = join(dir, 'config');
  const context = { name: 'c', context: { cluster: 'k', user: 'u' } };
  const ca = Buffer.from('PEM').toString('base64');
  const cluster = { server: 'https://127.0.0.1:6443/', 'certificate-authority-data': ca };
  const body = {
    'current-context': 'c',
    contexts: [context],
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  await writeFile(path, JSON.stringify(body));
  const config = await clientConfigFromFile(path);
  assert.equal(config.server, 'https://127.0.0.1:6443');
  assert.equal(String(config.ca), 'PEM');
  assert.equal(await config.authorization?.(), 'Bearer t');
  await rm(dir, { recursive: true });
});

test('paths are those of the API server', () => {
  assert.equal(collectionPath({ apiVersion: 'v1', kind: 'Pod' }), '/api/v1/pods');
  const room = { apiVersion: 'liveroom.dev/v1alpha1', kind: 'LiveRoom', metadata: { name: 'a', namespace: 'live' } };
  assert.equal(objectPath(room), '/apis/liveroom.dev/v1alpha1/namespaces/live/liverooms/a');
  assert.throws(() => collectionPath({ apiVersion: 'v1', kind: 'Poem' }), /no path is known for v1 Poem/);
});
