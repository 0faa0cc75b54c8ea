import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import type { WatchedKind } from '#crds/operator-metrics.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { Watch } from '#operator/cluster/watch/watch.ts';
import { noCounts } from '#operator/cluster/watch/watch-counts.ts';
import { type Finding, type HealthSeen, health } from '#operator/health.ts';
import { internalServer } from '#operator/internal-server.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { flakyServer, list, refuse, reset, watch } from './cluster/flaky-server.ts';

const aWatch = (kind: WatchedKind, { overdueMs = 0, isSynced = true } = {}): Watch => [
  kind,
  {
    counts: noCounts(),
    lastHeardMs: () => 0,
    overdueMs: () => overdueMs,
    isSynced: () => isSynced,
    refused: () => undefined,
  },
];

const seen = (change: Partial<HealthSeen> = {}): HealthSeen => ({
  watches: () => [aWatch('Pod'), aWatch('Node')],
  isReady: () => true,
  workMs: () => [],
  ...change,
});

const faults = (at: HealthSeen) =>
  health(at, () => undefined)()
    .filter(({ fault }) => fault !== undefined)
    .map(({ name, probe, fault }) => `${probe} ${name}: ${fault}`);

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

describe('the health of an operator', () => {
  const cases: Record<string, { at: Partial<HealthSeen>; wanted: readonly string[] }> = {
    'is good when its watches and its work are in order': { at: {}, wanted: [] },
    'is good while a watch is a little late': {
      at: { watches: () => [aWatch('Pod', { overdueMs: 60_000 })] },
      wanted: [],
    },
    'is bad when watches have got stuck': {
      at: {
        watches: () => [
          aWatch('Pod', { overdueMs: 61_000 }),
          aWatch('Node'),
          aWatch('LiveRoom', { overdueMs: 90_000 }),
        ],
      },
      wanted: ['live watches: nothing is done any more to watch Pod, LiveRoom, for 90 s'],
    },
    'is good while reconciles take as long as they may': { at: { workMs: () => [300_000, 5] }, wanted: [] },
    'is bad when reconciles do not end': {
      at: { workMs: () => [301_000, 5] },
      wanted: ['live workers: 1 of 2 reconciles under way do not end, the longest after 301 s'],
    },
    'says what it has not listed, and lives': {
      at: { isReady: () => false, watches: () => [aWatch('Pod'), aWatch('Node', { isSynced: false })] },
      wanted: ['ready caches: the first lists are not in yet: Node'],
    },
    'is not ready either before it is known which kinds there are': {
      at: { isReady: () => false },
      wanted: ['ready caches: the first lists are not in yet'],
    },
  };
  for (const [name, { at, wanted }] of Object.entries(cases))
    test(name, () => assert.deepEqual(faults(seen(at)), wanted));

  test('is told of when a check begins to fail and when it passes again, not each time that somebody asks', () => {
    let overdueMs = 0;
    const turns: string[] = [];
    const look = health(seen({ watches: () => [aWatch('Pod', { overdueMs })] }), ({ name, fault }) =>
      turns.push(`${name} ${fault === undefined ? 'passes' : 'fails'}`),
    );
    look();
    overdueMs = 100_000;
    look();
    look();
    overdueMs = 0;
    look();
    assert.deepEqual(turns, ['watches fails', 'watches passes']);
  });
});

describe('a watch', () => {
  /** A reflector of a peer that answers like this, on a clock that a test sets. */
  async function reflected(answers: Parameters<typeof flakyServer>[0]) {
    const server = await flakyServer(answers);
    const client = kubeClient({ server: server.url });
    const clock = { now: () => 0 };
    const things = reflector<KubeObject>({
      client,
      path: '/api/v1/things',
      onChange: () => undefined,
      now: () => clock.now(),
      random: () => 0.5,
      timing: { backoffFirstMs: 20, backoffMaxMs: 20, inactivityMs: 150_000 },
    });
    undo.push(server.stop, client.close, things.stop);
    return { server, things, clock };
  }

  test('that hears nothing and does not give up is overdue', async () => {
    const { server, things, clock } = await reflected([list(1, []), watch([], 'open')]);
    await eventually('the watch', () => server.calls.length === 2);
    clock.now = () => 150_000;
    assert.equal(things.overdueMs(), 0);
    clock.now = () => 250_000;
    assert.equal(things.overdueMs(), 100_000);
  });

  test('whose API server is away does not become overdue, however long that takes', async () => {
    const away = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? reset : refuse(503)));
    const { server, things, clock } = await reflected([list(1, []), ...away]);
    // Time passes with the attempts, so that all of them take longer than any watch may be late.
    const attemptMs = 15_000;
    clock.now = () => server.calls.length * attemptMs;
    let worst = 0;
    await eventually('many attempts', () => {
      worst = Math.max(worst, things.overdueMs());
      return things.counts.failures >= 28;
    });
    assert.ok(clock.now() > 28 * attemptMs);
    assert.ok(worst <= 2 * attemptMs, `${worst} ms`);
  });

  test('that was told to wait for long is not overdue before that', async () => {
    const { things, clock } = await reflected([refuse(429, { 'retry-after': '100' })]);
    await eventually('the refusal', () => things.counts.failures === 1);
    clock.now = () => 95_000;
    assert.deepEqual([things.overdueMs(), things.isSynced()], [0, false]);
  });
});

describe('the internal server of an operator', () => {
  async function served(findings: readonly Finding[]) {
    const metrics = { contentType: 'text/plain', metrics: async () => 'up 1\n' };
    const server = await internalServer({ host: '127.0.0.1', port: 0, health: () => findings, metrics });
    undo.push(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return [answer.status, await answer.text()] as const;
    };
  }
  const findings: readonly Finding[] = [
    { name: 'watches', probe: 'live', fault: 'Pod is stuck' },
    { name: 'workers', probe: 'live', fault: undefined },
    { name: 'caches', probe: 'ready', fault: undefined },
  ];

  test('answers each probe with its own checks', async () => {
    const get = await served(findings);
    assert.deepEqual(await get('/livez'), [503, 'watches: Pod is stuck\n']);
    assert.deepEqual(await get('/readyz'), [200, 'ok\n']);
    assert.deepEqual(await get('/metrics'), [200, 'up 1\n']);
    assert.deepEqual(await get('/else'), [404, 'not found\n']);
  });

  test('lists what was looked at when it is asked for that', async () => {
    const get = await served(findings);
    const [status, body] = await get('/livez?verbose');
    assert.equal(status, 503);
    assert.deepEqual(JSON.parse(body), {
      ok: false,
      checks: [
        { name: 'watches', ok: false, critical: true, reason: 'Pod is stuck' },
        { name: 'workers', ok: true, critical: true },
      ],
    });
    assert.deepEqual(JSON.parse((await get('/readyz?verbose=1'))[1]), {
      ok: true,
      checks: [{ name: 'caches', ok: true, critical: true }],
    });
  });
});
