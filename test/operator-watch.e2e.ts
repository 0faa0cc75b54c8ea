import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeClient, kubeClient, type WatchOptions } from '#operator/cluster/client/client.ts';
import { MissedChanges } from '#operator/cluster/watch/consistency.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import { door } from '#test/faults/door.ts';
import type { Fate } from '#test/faults/fault.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** Copies of collections of a real API server, which is the only one to say what its versions mean. */

const inParallel = 8;
const changes = 400;
/** More than a page. */
const objects = 520;
/** Of 100 kB each: more than sockets and the API server hold for one that does not read. */
const bursts = 200;

describe('the copy of a collection', () => {
  let on: OperatedCluster;
  let client: KubeClient;
  before(async () => {
    on = await operatedCluster();
    client = kubeClient(on.server);
  });
  after(async () => {
    await client?.close();
    await on?.stop();
  });

  /** A copy of a namespace's ConfigMaps that carry our label, compared all the time. */
  function copied(namespace: string, through: KubeClient = client) {
    const errors: unknown[] = [];
    const copy = reflector<KubeObject>({
      client: through,
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      query: { labelSelector: 'kept=yes' },
      onChange: () => undefined,
      onError: (error) => errors.push(error),
      timing: { compareEveryMs: 20 },
    });
    return { copy, errors };
  }

  const path = (namespace: string, name = '') => `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}`;
  const body = (name: string, value: number, kept = 'yes', ballast = '') => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { kept } },
    data: { value: String(value), ballast },
  });
  const put = (namespace: string, name: string, value: number, kept?: string, ballast?: string) =>
    client.request('PATCH', path(namespace, name), {
      query: { fieldManager: 'test', force: true },
      contentType: 'application/apply-patch+yaml',
      body: body(name, value, kept, ballast),
    });
  const all = async (count: number, act: (i: number) => Promise<unknown>) => {
    const rest = Array.from({ length: count }, (_, i) => i).values();
    const worker = async () => {
      for (const i of rest) await act(i);
    };
    await Promise.all(Array.from({ length: inParallel }, worker));
  };
  const versions = (found: Iterable<KubeObject>) =>
    [...found].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted();

  test('agrees with it at every version, while objects come, change, leave the selector, and go', async (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const random = seeded(seed);
    const at = await on.namespace('busy');
    await all(objects, (i) => put(at, `thing-${i}`, 0));
    const { copy, errors } = copied(at);
    t.after(copy.stop);
    await copy.synced;
    await all(changes, async (i) => {
      const name = `thing-${Math.floor(random() * objects)}`;
      const dice = random();
      if (dice < 0.6) await put(at, name, i);
      else if (dice < 0.8) await put(at, name, i, 'no');
      else await client.request('DELETE', path(at, name)).catch(() => undefined);
    });
    const before = copy.counts.comparisons;
    await eventually('comparisons of what is left', () => copy.counts.comparisons >= before + 2);
    t.diagnostic(`${copy.counts.comparisons} comparisons of ${objects} objects and ${changes} changes`);
    assert.deepEqual(copy.counts.missed, { added: 0, changed: 0, deleted: 0 });
    assert.deepEqual(errors, []);
    const real = await client.request<{ items: KubeObject[] }>('GET', path(at), {
      query: { labelSelector: 'kept=yes' },
    });
    await eventually('the last event', () => versions(copy.list()).join() === versions(real.items).join());
  });

  test('is right in the end where it is so slow that the API server gives its watches up', async (t) => {
    const at = await on.namespace('slow');
    const reading = new AbortController();
    t.after(() => reading.abort());
    const { copy, errors } = copied(at, slow(client, reading.signal));
    t.after(copy.stop);
    // Has the connection in common with the slow one.
    const other = copied(at).copy;
    t.after(other.stop);
    await Promise.all([copy.synced, other.synced]);
    const large = 'x'.repeat(100_000);
    await all(bursts, (i) => put(at, `thing-${i % 20}`, i, 'yes', large));
    const last = await client.request<KubeObject>('GET', path(at, `thing-${(bursts - 1) % 20}`));
    const { resourceVersion } = last.metadata;
    await eventually(
      'the last event at the other one',
      () => other.get(`${at}/${last.metadata.name}`)?.metadata.resourceVersion === resourceVersion,
    );
    reading.abort();
    const real = await client.request<{ items: KubeObject[] }>('GET', path(at));
    const wanted = real.items.filter(({ metadata }) => metadata.labels?.['kept'] === 'yes');
    await eventually('the last event', () => versions(copy.list()).join() === versions(wanted).join());
    const { watches, lists, failures } = copy.counts;
    t.diagnostic(`${watches} watches, ${lists} lists, ${failures} failures: ${errors.join('; ').slice(0, 300)}`);
    assert.deepEqual(copy.counts.missed, { added: 0, changed: 0, deleted: 0 });
  });

  test('takes one connection with all others, and one for what is asked', async (t) => {
    const connected = { count: 0 };
    const count = () => void connected.count++;
    subscribe('undici:client:connected', count);
    t.after(() => unsubscribe('undici:client:connected', count));
    const fresh = kubeClient(on.server);
    t.after(() => fresh.close());
    const namespaces = await Promise.all(Array.from({ length: 20 }, (_, i) => on.namespace(`shared-${i}`)));
    const copies = namespaces.map((at) => copied(at, fresh).copy);
    t.after(() => copies.map(({ stop }) => stop()));
    await Promise.all(copies.map(({ synced }) => synced));
    await eventually('all watches', () => copies.every(({ counts }) => counts.watches > 0));
    await all(100, (i) => fresh.request('GET', path(namespaces[i % 20] ?? '')));
    assert.equal(connected.count, 2);
  });

  test('of rooms is behind that of what they own, and nothing of an unheard room is taken away', async (t) => {
    // What it asks for is answered; only what happens to rooms it is not told.
    const fate: Fate = ({ path: asked, isWatch }) =>
      isWatch && asked.endsWith('/liverooms') ? { kind: 'Refused', status: 503 } : undefined;
    const way = await door({ server: on.server, fate });
    t.after(() => way.stop());
    t.after(() => on.tidy());
    await on.start();
    const deaf = await on.start({ as: way.config, config: { id: 'canary' } });
    const at = await on.namespace('unheard');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await eventually('it has looked at what there is of room and namespace', async () => {
      const text = await deaf.metrics();
      const hasLooked = (one: string) => new RegExp(`controller="${one}",result="success"} [1-9]`).test(text);
      return hasLooked('liveroom') && hasLooked('namespace');
    });
    assert.deepEqual(deaf.writes, []);
    assert.equal((await on.staying(at)).length, 1);
  });

  test('is found wrong when a watch has lost an event, and is mended', async (t) => {
    const at = await on.namespace('lossy');
    await put(at, 'first', 1);
    const { copy, errors } = copied(at, losing(client, 'lost'));
    t.after(copy.stop);
    await copy.synced;
    await put(at, 'lost', 1);
    await put(at, 'second', 1);
    await eventually('the loss', () => copy.counts.missed.added > 0);
    await eventually('the list', () => copy.get(`${at}/lost`));
    assert.ok(errors.every((error) => error instanceof MissedChanges));
    assert.equal(copy.counts.missed.changed + copy.counts.missed.deleted, 0);
  });
});

/** A client whose watches lose the events of one object. */
const losing = (client: KubeClient, name: string): KubeClient => ({
  ...client,
  async *watch<T extends KubeObject>(path: string, options?: WatchOptions) {
    for await (const event of client.watch<T>(path, options))
      if (event.type === 'ERROR' || event.object.metadata.name !== name) yield event;
  },
});

/** A client whose watches are read one event a second until the signal. */
const slow = (client: KubeClient, ended: AbortSignal): KubeClient => ({
  ...client,
  async *watch<T extends KubeObject>(path: string, options?: WatchOptions) {
    for await (const event of client.watch<T>(path, options)) {
      await sleep(1000, undefined, { signal: ended }).catch(() => undefined);
      yield event;
    }
  },
});
