import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { internalPath } from '#crds/contract.ts';
import { internalServer } from '#server/http/internal-server.ts';
import { scrapeTurns } from '#server/http/turns.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Running, running } from './running.ts';
import { type UdpClient, udpClient } from './udp-client.ts';

const packets = 200;
const atOnce = 20;
const viewers = 3;
const deadlineMs = 120_000;

describe('a flood of requests for metrics', () => {
  let server: Running;
  let clients: UdpClient[];

  before(async () => {
    const metrics = { prefix: '', constLabels: {}, hasDefaults: true, reuseMs: 250 };
    server = await running('rooms: [{name: stage, publish: {codecs: [VP8, Opus]}}]', { metrics });
    clients = [];
  });
  after(async () => {
    for (const client of clients ?? []) client.stop();
    await server?.stop();
  });

  async function connected(path: string): Promise<UdpClient> {
    const client = await udpClient(server, path);
    clients.push(client);
    await eventually('the client is connected', client.isConnected);
    return client;
  }

  /** Asks on and on, as fast as it is answered; tells how often each answer came. */
  function flood(connections: number) {
    let isOver = false;
    const answers = new Map<number, number>();
    const asking = Array.from({ length: connections }, async (_, i) => {
      const path = i % 3 === 0 ? internalPath.stats : internalPath.metrics;
      const accept = i % 2 === 0 ? 'text/plain' : 'application/openmetrics-text; version=1.0.0';
      while (!isOver) {
        const response = await fetch(`http://127.0.0.1:${server.server.local.internal.port}${path}`, {
          headers: { accept },
        });
        await response.arrayBuffer();
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
      }
    });
    return {
      answers,
      end: async () => {
        isOver = true;
        await Promise.all(asking);
      },
    };
  }

  test('loses no packet: every viewer gets all that the publisher sends meanwhile, and all who ask are answered', async () => {
    const publisher = await connected('/default/stage/whip');
    const watching: UdpClient[] = [];
    for (let i = 0; i < viewers; i++) watching.push(await connected('/default/stage/whep'));
    const answered = () => [...answers.values()].reduce((sum, count) => sum + count, 0);
    const { answers, end } = flood(12);
    try {
      await eventually('those who ask wait for their turns', () => answered() > scrapeTurns.burst, deadlineMs);
      // Not more than a socket holds, so that what is lost is not lost here.
      for (let sent = 0; sent < packets; sent += atOnce) {
        for (let i = 0; i < atOnce; i++) publisher.sendKeyFrame();
        const want = sent + atOnce;
        const haveAll = () => watching.every(({ received }) => received() >= want);
        await eventually(`all ${want} packets have come`, haveAll, deadlineMs);
      }
    } finally {
      await end();
    }
    assert.deepEqual(
      watching.map(({ received }) => received()),
      watching.map(() => packets),
    );
    assert.deepEqual([...answers.keys()], [200]);
  });
});

test('metrics and statistics wait for their turn, and one who goes away waits no more; probes are at once', async (t) => {
  const left = t.mock.fn();
  const turn = Promise.withResolvers<void>();
  const app = internalServer({
    checkup: t.mock.fn(async () => []),
    stats: t.mock.fn(),
    viewers: t.mock.fn(),
    scrape: async () => ({ contentType: 'text/plain', body: 'all' }),
    turns: (caller) => {
      assert.equal(caller, '127.0.0.1');
      return { come: turn.promise, leave: left };
    },
  });
  t.after(() => app.close());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const impatient = new AbortController();
  const gone = fetch(`${address}${internalPath.stats}`, { signal: impatient.signal });
  const scraped = fetch(`${address}${internalPath.metrics}`);
  assert.equal((await fetch(`${address}${internalPath.healthz}`)).status, 200);
  impatient.abort();
  await assert.rejects(gone);
  await eventually('the one who went away has left', () => left.mock.callCount() === 1);
  turn.resolve();
  assert.equal(await (await scraped).text(), 'all');
});

test('one connection has at most a hundred requests wait, however many it sends', async (t) => {
  const turn = Promise.withResolvers<void>();
  const turns = t.mock.fn(() => ({ come: turn.promise, leave: () => undefined }));
  const scrape = async () => ({ contentType: 'text/plain', body: 'all' });
  const app = internalServer({ checkup: async () => [], stats: t.mock.fn(), viewers: t.mock.fn(), scrape, turns });
  t.after(() => app.close());
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const client = connect(Number(port), '127.0.0.1');
  t.after(() => client.destroy());
  let answers = '';
  client.setEncoding('latin1').on('data', (text: string) => {
    answers += text;
  });
  client.write(`GET ${internalPath.metrics} HTTP/1.1\r\nhost: pod\r\n\r\n`.repeat(150));
  await eventually('a hundred wait', () => turns.mock.callCount() >= 100);
  turn.resolve();
  const answered = (code: number) => answers.split(`HTTP/1.1 ${code} `).length - 1;
  await eventually('those are answered, and others refused', () => answered(200) === 100 && answered(503) > 0);
  assert.equal(turns.mock.callCount(), 100);
});
