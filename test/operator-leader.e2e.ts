import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, type TestContext, test } from 'node:test';
import { type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import type { Lease } from '#operator/decide/lease.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { type OperatorProcess, operatorProcess } from '#test/harness/operator-process.ts';
import { aRoom } from '#test/harness/room.ts';
import { door } from './faults/door.ts';
import { leaseWatch, usurpations, type Watched } from './faults/lease-watch.ts';
import { kubeconfigOf } from './faults/operator-process.ts';

/**
 * Operators as processes of their own, of which one acts. Each comes by a door of its own, which tells what it has asked
 * for, and when.
 */

/** So long that nobody takes over within a test's deadline because it has run out. */
const long = { leaseDuration: '5m', renewDeadline: '2m', retryPeriod: '1s' };
const short = { leaseDuration: '10s', renewDeadline: '8s', retryPeriod: '500ms' };
const [longMs, shortMs] = [300_000, 10_000];

/** One that runs, and what it has asked for so far. */
type Candidate = OperatorProcess & Watched;

describe('of several operators', () => {
  let on: OperatedCluster;
  let client: KubeClient;
  let dir: string;
  /** All of a test. */
  const candidates: Candidate[] = [];
  before(async () => {
    on = await operatedCluster();
    client = kubeClient(on.server);
    dir = await mkdtemp(join(tmpdir(), 'candidates-'));
  });
  afterEach(async () => {
    await Promise.all(candidates.splice(0).map((one) => one.stop()));
    await on.tidy();
  });
  after(async () => {
    await client?.close();
    await on?.stop();
    if (dir !== undefined) await rm(dir, { recursive: true });
  });

  const addresses: Readonly<Record<string, string>> = {
    first: '127.77.0.11',
    second: '127.77.0.12',
    third: '127.77.0.13',
    fourth: '127.77.0.14',
  };
  async function start(name: string, namespace: string, leaderElection: object): Promise<Candidate> {
    const ip = addresses[name] ?? assert.fail();
    const way = await door({ server: on.server });
    const kubeconfigFile = join(dir, `${namespace}-${name}`);
    await writeFile(kubeconfigFile, kubeconfigOf(way));
    const one = await operatorProcess({ kubeconfigFile, name, namespace, ip, config: { leaderElection } });
    const stop = async () => {
      await one.stop();
      await way.stop();
    };
    const candidate = { ...one, name, door: way, stop };
    candidates.push(candidate);
    await eventually(`${name} is ready`, one.isReady);
    return candidate;
  }
  const lease = (namespace: string) => on.kube.get<Lease>('lease', 'liveroom-operator', '-n', namespace);
  const leads = (name: string, namespace: string) =>
    eventually(
      `${name} leads`,
      async () => {
        const found = await lease(namespace);
        return found?.spec?.holderIdentity === name && found;
      },
      60_000,
    );
  const acts = (one: OperatorProcess) =>
    eventually('it acts', async () =>
      (await one.metrics()).includes('leader_election_master_status{name="liveroom-operator"} 1'),
    );
  /** How long it takes until a room that is made now has a pod. */
  async function tookMs(name: string, namespace: string): Promise<number> {
    const beganMs = performance.now();
    await on.kube.apply(aRoom(name, {}, namespace));
    const hasPod = async () => (await on.pods(namespace)).some(({ metadata }) => metadata.name.startsWith(name));
    await eventually(`${name} has a pod`, hasPod, 60_000);
    return performance.now() - beganMs;
  }
  /** Told of each run. The limit is far from it: it is passed only by who waits for something else. */
  const within = (t: TestContext, what: string, ms: number, limitMs: number) => {
    t.diagnostic(`${what}: ${Math.round(ms)} ms`);
    assert.ok(ms < limitMs, `${what}: ${ms} ms`);
  };

  test('one acts, the other is ready and writes nothing, and acts as soon as the first is told to end', async (t) => {
    const at = await on.namespace('hand-over');
    const watched = await leaseWatch(client, at);
    t.after(watched.stop);
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
    within(t, 'a room made as the leader is told to end has a pod after', await tookMs('two', at), 20_000);
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
    assert.deepEqual(usurpations(candidates, watched.reigns, longMs), []);
  });

  test('one that is stopped, killed or cut off does nothing more, and is followed when its Lease has run out; one whose Lease is taken ends', async (t) => {
    const at = await on.namespace('stopped');
    const watched = await leaseWatch(client, at);
    t.after(watched.stop);
    /** Whoever takes the Lease waits for as long as it lasts, and not for much longer. */
    const follows = async (how: string, heir: string) => {
      await leads(heir, at);
      const { afterRenewalMs } = await eventually('that is told', () =>
        watched.reigns.find(({ holder }) => holder === heir),
      );
      assert.ok(afterRenewalMs >= shortMs, `${heir} took the Lease ${afterRenewalMs} ms after a renewal`);
      within(t, `with a Lease of 10 s, one that is ${how} is followed after`, afterRenewalMs, 30_000);
    };
    const lostIt = async (leader: Candidate, why: string) => {
      assert.equal(await leader.ended, 1);
      const error = `Lease ${at}/liveroom-operator is lost: ${why}`;
      assert.partialDeepStrictEqual(leader.logged.at(-1), { level: 'error', error });
    };

    const first = await start('first', at, short);
    await leads('first', at);
    const second = await start('second', at, short);
    first.child.kill('SIGSTOP');
    await follows('stopped', 'second');
    // It hears of this room when it goes on.
    await tookMs('one', at);
    first.child.kill('SIGCONT');
    await lostIt(first, 'it could not be renewed for 8 s');

    const third = await start('third', at, short);
    second.child.kill('SIGKILL');
    await follows('killed', 'third');
    await tookMs('two', at);

    const fourth = await start('fourth', at, short);
    third.door.shut();
    await follows('cut off', 'fourth');
    await tookMs('three', at);
    third.door.open();
    await lostIt(third, 'it could not be renewed for 8 s');
    assert.deepEqual(usurpations(candidates, watched.reigns, shortMs), []);

    const patch = JSON.stringify({ spec: { holderIdentity: 'stranger' } });
    await on.kube.run(['patch', 'lease', 'liveroom-operator', '-n', at, '--type=merge', '-p', patch]);
    await lostIt(fourth, 'stranger holds it');
  });
});
