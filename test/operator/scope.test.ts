import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { namespaceService } from '#operator/build/namespace-service.ts';
import type { Cache } from '#operator/cluster/cache/cache.ts';
import { dispensable, ifPermitted } from '#operator/cluster/cache/if-permitted.ts';
import { inNamespaces } from '#operator/cluster/cache/in-namespaces.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import type { Outcome } from '#operator/cluster/queue/outcome.ts';
import { noCounts } from '#operator/cluster/watch/watch-counts.ts';
import type { KubeObject } from '#operator/kube.ts';
import { jsonLog } from '#operator/log.ts';
import { families } from '#operator/metrics/families.ts';
import { watchMetrics } from '#operator/metrics/watches.ts';
import { reconcileNamespace } from '#operator/reconcile-namespace.ts';
import type { Monitoring } from '#operator/room/monitoring.ts';
import { config, storedRoom } from './objects.ts';
import { standInCluster } from './stand-in-cluster.ts';

describe('of several operators', () => {
  const roomOf = (id: string): LiveRoom => {
    const room = storedRoom();
    const labels = id === '' ? {} : { [label.operator]: id };
    return { ...room, metadata: { ...room.metadata, name: `room-of-${id || 'none'}`, labels } };
  };

  /** How many objects the operator `id` wants of a namespace with rooms of these operators; undefined if it leaves it alone. */
  async function wanted(
    id: string,
    owners: readonly string[],
    given: Partial<Cluster> = {},
    onOutcome = (_: Outcome) => {},
  ): Promise<number | undefined> {
    let count: number | undefined;
    const cluster = standInCluster({ roomsIn: () => owners.map(roomOf), ...given });
    const monitoring = {
      forget() {},
      async settle(_key: string, objects: readonly KubeObject[]) {
        count = objects.length;
        return { isNews: false };
      },
    } as unknown as Monitoring;
    const log = jsonLog({ level: 'error', write: () => {}, now: () => 0 });
    const sharedKeys = { settle: async () => [], clear: async () => [], forget: () => undefined };
    const hands = { cluster, monitoring, sharedKeys, log, onRoom() {}, forgetEvents() {} };
    onOutcome(await reconcileNamespace('events', { ...hands, config: { ...config, ...(id && { id }) } }));
    return count;
  }

  const cases: Readonly<Record<string, readonly [id: string, owners: readonly string[], wants: number | undefined]>> = {
    'the one without an id makes what a namespace has once': ['', ['canary', ''], 2],
    'one with an id leaves that to the one without': ['canary', ['canary', ''], undefined],
    'the first by the alphabet makes it where there is none without': ['blue', ['green', 'blue'], 2],
    'another leaves it to that one': ['green', ['green', 'blue'], undefined],
    'one without rooms in the namespace makes nothing': ['', ['canary'], undefined],
    'each takes away what the last room has left': ['canary', [], 0],
  };
  for (const [name, [id, owners, wants]] of Object.entries(cases))
    test(name, async () => assert.equal(await wanted(id, owners), wants));

  test('nobody takes away what a room needs of which it has yet to hear, and asks for that once', async () => {
    const asked: string[] = [];
    const found = (owners: readonly string[]): Partial<Cluster> => ({
      objectsOf: (namespace) => [namespaceService(namespace)],
      async roomsNow(namespace) {
        asked.push(namespace);
        return owners.map(roomOf);
      },
    });
    let outcome: Outcome | undefined;
    const note = (its: Outcome) => {
      outcome = its;
    };
    assert.equal(await wanted('canary', [], found(['']), note), undefined);
    assert.deepEqual(
      outcome,
      { kind: 'done', againInMs: 60_000 },
      'one that goes before it is heard of is told of by nobody',
    );
    assert.equal(await wanted('canary', [], found([])), 0);
    assert.deepEqual(asked, ['events', 'events']);
    await wanted('', [''], found(['']));
    assert.equal(asked.length, 2);
  });
});

describe('a cache over several namespaces', () => {
  const object = (namespace: string, name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name },
  });
  /** One that has a single object, whose group is its namespace. */
  const part = (namespace: string, remembered: string[]) =>
    ({
      get: (key: string) => (key === `${namespace}/a` ? object(namespace, 'a') : undefined),
      list: () => [object(namespace, 'a')],
      group: (name: string) => (name === namespace || name === '' ? [object(namespace, 'a')] : []),
      remember: ({ metadata }: KubeObject) => remembered.push(`${namespace} has ${metadata.name}`),
      synced: Promise.resolve(),
      isSynced: () => namespace === 'one',
      counts: { ...noCounts(), lists: 1, watches: 2 },
      reached: () => (namespace === 'one' ? 7n : 5n),
      lastHeardMs: () => (namespace === 'one' ? 10 : 20),
      overdueMs: () => 0,
    }) as unknown as Cache<KubeObject>;

  test('finds by key and by group, also what is of no namespace in particular', () => {
    const all = inNamespaces(['one', 'two'], (namespace) => part(namespace, []));
    assert.equal(all.get('two/a')?.metadata.namespace, 'two');
    assert.equal(all.get('three/a'), undefined);
    assert.equal([...all.list()].length, 2);
    assert.equal(all.group('one').length, 1);
    assert.equal(all.group('three').length, 0);
    assert.equal(all.group('').length, 2);
    assert.equal(all.pick(['one/a', 'two/b']).length, 1);
  });

  test('remembers a write where it belongs, and none of a namespace that it does not look at', () => {
    const remembered: string[] = [];
    const all = inNamespaces(['one', 'two'], (namespace) => part(namespace, remembered));
    all.remember(object('two', 'b'));
    all.remember(object('three', 'c'));
    assert.deepEqual(remembered, ['two has b']);
  });

  test('is as far as its slowest part, and counts them together', () => {
    const all = inNamespaces(['one', 'two'], (namespace) => part(namespace, []));
    assert.deepEqual([all.isSynced(), all.reached(), all.lastHeardMs()], [false, 5n, 10]);
    assert.partialDeepStrictEqual(all.counts, { lists: 2, watches: 4 });
  });
});

describe('what we may not see', () => {
  const refusal = new ApiError(403, { message: 'nodes is forbidden' });

  /** A cache whose list is refused twice; `list` lets it have one. */
  function refusedTwice() {
    const errors: unknown[] = [];
    const { promise: synced, resolve } = Promise.withResolvers<void>();
    let isSynced = false;
    const list = () => {
      isSynced = true;
      resolve();
    };
    const begin = (onError: (error: unknown) => void) => {
      onError(refusal);
      onError(refusal);
      const seen = { synced, isSynced: () => isSynced, counts: noCounts(), lastHeardMs: () => 10 };
      return seen as unknown as Cache<KubeObject>;
    };
    return { begin, errors, onError: (error: unknown) => errors.push(error), list };
  }

  test('is not waited for, and is no obstacle to being ready', async () => {
    const { begin, onError } = refusedTwice();
    const nodes = ifPermitted<KubeObject>(begin, onError);
    await nodes.synced;
    assert.ok(nodes.isSynced());
  });

  test('is told of once, and is not what is old, until it has been seen', () => {
    const { begin, onError, errors, list } = refusedTwice();
    const readers = dispensable<KubeObject>(begin, onError);
    assert.deepEqual(errors, [refusal]);
    assert.deepEqual([readers.isSynced(), readers.lastHeardMs()], [false, Number.POSITIVE_INFINITY]);
    list();
    assert.equal(readers.lastHeardMs(), 10);
  });

  test('has no age in the metrics', async () => {
    const { begin, onError } = refusedTwice();
    const make = families(new Registry());
    watchMetrics(
      make,
      () => [['Node', ifPermitted<KubeObject>(begin, onError)]],
      () => 5_000_000,
    );
    assert.match(await make.exposition.metrics(), /liveroom_operator_watch_age_seconds\{kind="Node"\} 0\n/);
  });
});
