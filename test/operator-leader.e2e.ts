import assert from 'node:assert/strict';
import { after, afterEach, before, describe, type TestContext, test } from 'node:test';
import type { Lease } from '#operator/decide/lease.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { type OperatorProcess, operatorProcess } from '#test/harness/operator-process.ts';
import { aRoom } from '#test/harness/room.ts';

/** Operators as processes of their own, of which one acts. */

/** So long that nobody takes over within a test's deadline because it has run out. */
const long = { leaseDuration: '5m', renewDeadline: '2m', retryPeriod: '1s' };
const short = { leaseDuration: '5s', renewDeadline: '4s', retryPeriod: '500ms' };

describe('of several operators', () => {
  let on: OperatedCluster;
  const running: OperatorProcess[] = [];
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await on.tidy();
  });
  after(() => on?.stop());

  const addresses: Readonly<Record<string, string>> = { first: '127.77.0.11', second: '127.77.0.12' };
  async function start(name: string, namespace: string, leaderElection: object): Promise<OperatorProcess> {
    const ip = addresses[name] ?? '127.77.0.13';
    const { kubeconfigFile } = on;
    const one = await operatorProcess({ kubeconfigFile, name, namespace, ip, config: { leaderElection } });
    running.push(one);
    await eventually(`${name} is ready`, one.isReady);
    return one;
  }
  const lease = (namespace: string) => on.kube.get<Lease>('lease', 'liveroom-operator', '-n', namespace);
  const leads = (name: string, namespace: string) =>
    eventually(`${name} leads`, async () => {
      const found = await lease(namespace);
      return found?.spec?.holderIdentity === name && found;
    });
  const acts = (one: OperatorProcess) =>
    eventually('it acts', async () =>
      (await one.metrics()).includes('leader_election_master_status{name="liveroom-operator"} 1'),
    );
  /** How long it takes until a room that is made now has a pod. */
  async function tookMs(name: string, namespace: string): Promise<number> {
    const beganMs = performance.now();
    await on.kube.apply(aRoom(name, {}, namespace));
    await eventually(`${name} has a pod`, async () =>
      (await on.pods(namespace)).some(({ metadata }) => metadata.name.startsWith(name)),
    );
    return performance.now() - beganMs;
  }
  const said = (t: TestContext, what: string, ms: number) => t.diagnostic(`${what}: ${Math.round(ms)} ms`);

  test('one acts, the other is ready and writes nothing, and acts as soon as the first is told to end', async (t) => {
    const at = await on.namespace('hand-over');
    const first = await start('first', at, long);
    await acts(first);
    const second = await start('second', at, long);
    await tookMs('one', at);

    const following = await second.metrics();
    assert.match(following, /^leader_election_master_status\{name="liveroom-operator"\} 0$/m);
    assert.match(following, /^liveroom_operator_rooms 0$/m, 'what both know, one tells');
    assert.match(following, /^rest_client_requests_total\{code="200",method="GET",host="[^"]+"\} [1-9]/m);
    assert.doesNotMatch(following, /^rest_client_requests_total\{.*method="(POST|PUT|PATCH|DELETE)"/m);
    assert.equal((await lease(at))?.spec?.leaseTransitions, 0);

    first.child.kill('SIGTERM');
    said(t, 'a room made as the leader is told to end has a pod after', await tookMs('two', at));
    assert.equal(await first.ended, 0);
    await acts(second);
    const { spec } = await leads('second', at);
    assert.equal(spec?.leaseTransitions, 1);
    assert.match(spec?.renewTime ?? '', /\.\d{6}Z$/);
    const told = await eventually('both Events', async () => {
      const events = await on.kube.get<{ items: { regarding: { kind: string }; note: string }[] }>(
        'events.events.k8s.io',
        '-n',
        at,
      );
      const news = events?.items.filter(({ regarding }) => regarding.kind === 'Lease').map(({ note }) => note);
      return news?.length === 2 && news;
    });
    assert.deepEqual(told.toSorted(), ['first became leader', 'second became leader']);

    second.child.kill('SIGKILL');
    await second.ended;
    await acts(await start('second', at, long));
    assert.equal((await lease(at))?.spec?.leaseTransitions, 1, 'one that starts again under its name goes on');
  });

  test('one that is stopped is followed, and ends when it goes on; one that is killed is followed; one whose Lease is taken ends', async (t) => {
    const at = await on.namespace('stopped');
    const first = await start('first', at, short);
    await leads('first', at);
    const second = await start('second', at, short);

    first.child.kill('SIGSTOP');
    await leads('second', at);
    await tookMs('one', at);
    first.child.kill('SIGCONT');
    assert.equal(await first.ended, 1);
    assert.partialDeepStrictEqual(first.logged.at(-1), {
      level: 'error',
      error: `Lease ${at}/liveroom-operator is lost: it could not be renewed for 4 s`,
    });

    const third = await start('third', at, short);
    const beganMs = performance.now();
    second.child.kill('SIGKILL');
    await leads('third', at);
    said(t, 'with a Lease of 5 s, one that is killed is followed after', performance.now() - beganMs);
    await tookMs('two', at);

    const patch = JSON.stringify({ spec: { holderIdentity: 'stranger' } });
    await on.kube.run(['patch', 'lease', 'liveroom-operator', '-n', at, '--type=merge', '-p', patch]);
    assert.equal(await third.ended, 1);
    assert.partialDeepStrictEqual(third.logged.at(-1), {
      level: 'error',
      error: `Lease ${at}/liveroom-operator is lost: stranger holds it`,
    });
  });
});
