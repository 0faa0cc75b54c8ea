import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { fencedClient, NotLeading } from '#operator/cluster/client/fenced-client.ts';
import { type Election, leaderElection } from '#operator/cluster/lease/leader-election.ts';
import type { Lease } from '#operator/decide/lease.ts';
import { eventually } from '#test/harness/eventually.ts';

/** One Lease as an API server keeps it: what has changed since it was read is not written. */
function leaseServer() {
  let stored: Lease | undefined;
  let version = 0;
  const calls: string[] = [];
  const faults: unknown[] = [];
  const refuse = (status: number) => {
    throw new ApiError(status, { message: `refused with ${status}` });
  };
  const store = (body: Lease): Lease => {
    version++;
    stored = { ...body, metadata: { ...body.metadata, resourceVersion: String(version) } };
    return stored;
  };
  const request = async (method: string, _path: string, { body, signal }: { body?: Lease; signal?: AbortSignal }) => {
    calls.push(method);
    await sleep(1, undefined, { ...(signal && { signal }) });
    const fault = faults[0];
    if (fault !== undefined) throw fault;
    if (method === 'GET') return stored ?? refuse(404);
    if (body === undefined) return refuse(400);
    if (method === 'POST') return stored === undefined ? store(body) : refuse(409);
    return body.metadata.resourceVersion === stored?.metadata.resourceVersion ? store(body) : refuse(409);
  };
  return {
    client: { request } as unknown as KubeClient,
    calls,
    faults,
    lease: () => stored,
    store,
    holder: () => stored?.spec?.holderIdentity,
  };
}

/** A clock that goes on by itself, and can be put forward as for a process that was stopped. */
function aClock() {
  let skippedMs = 0;
  const skip = (ms: number) => {
    skippedMs += ms;
  };
  return { now: () => performance.now() + skippedMs, skip };
}

const elections: Election[] = [];
afterEach(() => Promise.all(elections.splice(0).map((one) => one.release())));

interface Traits {
  readonly clock?: ReturnType<typeof aClock>;
  readonly mayTake?: () => Promise<void>;
}

function run(server: ReturnType<typeof leaseServer>, identity: string, { clock = aClock(), mayTake }: Traits = {}) {
  const errors: unknown[] = [];
  const election = leaderElection({
    client: server.client,
    namespace: 'live',
    name: 'liveroom-operator',
    identity,
    // A retry's time is what a farewell has for its two requests, too: on a busy machine 20 ms were not enough.
    timing: { leaseMs: 60_000, renewMs: 30_000, retryMs: 300 },
    now: clock.now,
    wallClock: Date.now,
    ...(mayTake && { mayTake }),
    onError: (error) => errors.push(error),
  });
  elections.push(election);
  return { ...election, errors, clock };
}

test('who finds no Lease makes it, and renews it; who finds one waits', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  assert.equal((await first.acquired).spec?.holderIdentity, 'first');
  const second = run(server, 'second');
  const renewedAt = server.lease()?.metadata.resourceVersion;
  await eventually('it is renewed', () => server.lease()?.metadata.resourceVersion !== renewedAt);
  assert.deepEqual([first.isLeader(), second.isLeader()], [true, false]);
});

test('who leaves the Lease is followed at once, and writes nothing any more', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  await first.acquired;
  const second = run(server, 'second');
  await first.release();
  assert.equal(first.isLeader(), false);
  const { spec } = await second.acquired;
  assert.deepEqual([spec?.holderIdentity, spec?.leaseTransitions], ['second', 1]);
});

test('who cannot renew the Lease for long enough has lost it, and says each trouble once', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  await first.acquired;
  const away = new Error('connection refused');
  server.faults.push(away);
  await eventually('it is tried', () => first.errors.length > 0);
  await sleep(100);
  assert.equal(first.isLeader(), true, 'a moment without the API server is no loss');
  first.clock.skip(30_000);
  assert.equal(first.isLeader(), false);
  assert.match((await first.lost).message, /Lease live\/liveroom-operator is lost: it could not be renewed for 30 s/);
  assert.deepEqual(first.errors, [away]);
  server.faults.pop();
});

test('who has little of the Lease left goes on trying to renew it', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  await first.acquired;
  server.faults.push(new Error('connection refused'));
  first.clock.skip(20_000);
  await eventually('it is tried', () => first.errors.length > 0);
  const before = server.lease()?.metadata.resourceVersion;
  server.faults.pop();
  await eventually('it is renewed', () => server.lease()?.metadata.resourceVersion !== before);
  assert.equal(first.isLeader(), true);
});

test('a process that was stopped for long sends nothing when it goes on, not even to keep the Lease', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  await first.acquired;
  first.clock.skip(60_000);
  const fenced = fencedClient(server.client, first.isLeader);
  await assert.rejects(fenced.request('PATCH', '/api/v1/namespaces/live/pods/a'), NotLeading);
  const sent = server.calls.length;
  await first.lost;
  assert.equal(server.calls.length, sent);
  await assert.rejects(fenced.request('DELETE', '/api/v1/namespaces/live/pods/a'), NotLeading);
});

test('who finds somebody else in the Lease has lost it', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  const lease = await first.acquired;
  server.store({ ...lease, spec: { ...lease.spec, holderIdentity: 'stranger' } });
  assert.match((await first.lost).message, /stranger holds it/);
  assert.equal(first.isLeader(), false);
});

test('whoever edits something else of the Lease takes nothing away', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  const lease = await first.acquired;
  server.store({ ...(server.lease() ?? lease), metadata: { ...lease.metadata, labels: { a: 'b' } } });
  const edited = server.lease()?.metadata.resourceVersion;
  await eventually('it is renewed all the same', () => server.lease()?.metadata.resourceVersion !== edited);
  assert.equal(first.isLeader(), true);
  assert.equal(server.lease()?.metadata.labels?.['a'], 'b');
});

test('of many who want a Lease at once, one has it', async () => {
  const server = leaseServer();
  const all = Array.from({ length: 8 }, (_, index) => run(server, `candidate-${index}`));
  await Promise.any(all.map(({ acquired }) => acquired));
  await sleep(100);
  assert.equal(all.filter((one) => one.isLeader()).length, 1);
});

test('who is told to end while somebody else leads leaves the Lease alone', async () => {
  const server = leaseServer();
  const first = run(server, 'first');
  await first.acquired;
  await run(server, 'second').release();
  assert.equal(server.holder(), 'first');
  assert.equal(first.isLeader(), true);
});

test('who finds somebody acting without a Lease takes none until that has ended, says so once, and then asks no more', async () => {
  const server = leaseServer();
  const former = new Error('operator former acts without a Lease, and has not ended');
  let isThere = true;
  let asked = 0;
  const mayTake = async () => {
    asked += 1;
    if (isThere) throw former;
  };
  const first = run(server, 'first', { mayTake });
  await eventually('it asks again', () => asked > 3);
  assert.equal(server.lease(), undefined);
  assert.equal(first.isLeader(), false);
  isThere = false;
  await first.acquired;
  const before = asked;
  const renewedAt = server.lease()?.metadata.resourceVersion;
  await eventually('it is renewed', () => server.lease()?.metadata.resourceVersion !== renewedAt);
  assert.equal(asked, before);
  assert.deepEqual(first.errors, [former]);
});
