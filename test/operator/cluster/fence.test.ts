import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientConfig, kubeClient } from '#operator/cluster/client/client.ts';
import { fencedClient, NotLeading } from '#operator/cluster/client/fenced-client.ts';
import { door } from '#test/faults/door.ts';
import { anObject, flakyServer, list } from './flaky-server.ts';

/** The ways to an API server, and how each is undone. */
const ways = {
  'HTTP/1.1': async (server: string) => ({ config: { server }, stop: async () => {} }),
  'HTTP/2': (server: string) => door({ server: { server } }),
} as const satisfies Record<string, (server: string) => Promise<{ config: ClientConfig; stop(): Promise<unknown> }>>;

for (const [protocol, wayTo] of Object.entries(ways))
  test(`${protocol}: what an operator leads no more to write, once its credentials are there, is not sent`, async (t) => {
    const server = await flakyServer([list(1, []), list(2, [])]);
    const way = await wayTo(server.url);
    let isLeader = true;
    // As if the process had been stopped while it read them.
    const authorization = async () => {
      isLeader = false;
      return undefined;
    };
    const client = kubeClient({ ...way.config, authorization });
    t.after(async () => {
      await client.close();
      await way.stop();
      await server.stop();
    });
    const fenced = fencedClient(client, () => isLeader);
    const path = '/api/v1/things';
    const body = anObject('a', 1);
    await assert.rejects(fenced.request('POST', path, { body }), NotLeading);
    assert.equal(server.calls.length, 0);
    await fenced.request('GET', path);
    isLeader = true;
    await assert.rejects(fenced.request('PATCH', path, { body }), NotLeading);
    assert.equal(server.calls.length, 1, 'on a connection that is there, too');
    await fenced.request('GET', path);
    assert.equal(server.calls.length, 2, 'and it goes on');
  });
