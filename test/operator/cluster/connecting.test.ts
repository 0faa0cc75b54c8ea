import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { reconnectingClient } from '#operator/cluster/client/reconnecting-client.ts';
import { leaderElection } from '#operator/cluster/lease/leader-election.ts';
import { door } from '#test/faults/door.ts';
import { type Call, flakyServer, refuse } from './flaky-server.ts';

/** A network that takes what is sent to the API server and brings nothing back, not even of TLS; both end with the test. */
async function silentWay(t: TestContext, answers: Parameters<typeof flakyServer>[0] = []) {
  const server = await flakyServer(answers);
  const way = await door({ server: { server: server.url } });
  t.after(async () => {
    await way.stop();
    await server.stop();
  });
  way.silence();
  return way;
}

/** There is no Lease to be read, and any that is written is taken. */
async function noLeaseYet(response: ServerResponse, call: Call, request: IncomingMessage): Promise<void> {
  if (request.method === 'GET') return refuse(404)(response, call, request);
  const lease = JSON.parse(Buffer.concat(await request.toArray()).toString());
  const metadata = { ...lease.metadata, resourceVersion: '1' };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...lease, metadata }));
}

test('a request that is still connecting ends when it is told to, and not when the connection is given up', async (t) => {
  const way = await silentWay(t);
  const client = kubeClient(way.config);
  t.after(client.close);
  const ended = client.request('GET', '/api', { signal: AbortSignal.timeout(50) });
  await assert.rejects(ended, { name: 'TimeoutError' });
});

test('a candidate whose connection is swallowed gives it up in its own time, and takes the Lease by the next', async (t) => {
  const way = await silentWay(t, Array(20).fill(noLeaseYet));
  const client = reconnectingClient(way.config);
  t.after(() => client.close());
  const errors: unknown[] = [];
  const election = leaderElection({
    client,
    ...{ namespace: 'live', name: 'liveroom-operator', identity: 'first' },
    // Each try has half a second; the connection would have ten.
    timing: { leaseMs: 2_000, renewMs: 1_000, retryMs: 20 },
    now: () => performance.now(),
    wallClock: Date.now,
    onError: (error) => errors.push(error),
    onSilence() {
      way.open();
      client.reconnect();
    },
  });
  t.after(election.release);
  assert.equal((await election.acquired).spec?.holderIdentity, 'first');
  assert.deepEqual(
    errors.map((error) => (error as Error).name),
    ['TimeoutError'],
  );
});
