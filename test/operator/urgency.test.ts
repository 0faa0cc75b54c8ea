import assert from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import { test } from 'node:test';
import { label, namespaceObject } from '#crds/contract.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient, Method, RequestOptions } from '#operator/cluster/client/client.ts';
import { collectionPath } from '#operator/cluster/client/paths.ts';
import type { KubeObject, Pod } from '#operator/kube.ts';
import { jsonLog } from '#operator/log.ts';
import { operator } from '#operator/operator.ts';
import { eventually } from '#test/harness/eventually.ts';
import { series } from '#test/server/series.ts';
import { aPod, config, storedRoom } from './objects.ts';

/** What is no edit of anybody's waits behind edits, however much there is of it. */

const rooms = Array.from({ length: 40 }, (_, i) => {
  const room = storedRoom();
  return { ...room, metadata: { ...room.metadata, name: `room-${i}`, uid: `uid-of-room-${i}` } };
});
const pods = rooms.map(({ metadata: { name } }): Pod => {
  const pod = aPod(`${name}-origin`);
  return { ...pod, metadata: { ...pod.metadata, resourceVersion: '100', labels: { [label.room]: name } } };
});
const stored = new Map<string, readonly KubeObject[]>([
  [collectionPath({ apiVersion: 'liveroom.dev/v1alpha1', kind: 'LiveRoom' }), rooms],
  [collectionPath({ apiVersion: 'v1', kind: 'Pod' }), pods],
]);

/** An API server with these rooms, where nothing happens: it answers lists, and all else not before it ends. */
function aServer(refuse: (path: string) => ApiError | undefined) {
  const ending = Promise.withResolvers<never>();
  ending.promise.catch(() => {});
  const quiet = new EventEmitter().setMaxListeners(0);
  const client = {
    host: 'api',
    async request(_: Method, path: string, { read }: RequestOptions = {}) {
      const items = stored.get(path) ?? [];
      if (read) return read(JSON.stringify({ kind: 'List', metadata: { resourceVersion: '100' }, items }));
      if (!path.includes('/namespaces/')) throw new ApiError(404, { message: 'not served' });
      throw refuse(path) ?? (await ending.promise);
    },
    watch: (_: string, { signal }: RequestOptions = {}) => on(quiet, 'event', { ...(signal && { signal }) }),
    close: async () => {},
  } as unknown as KubeClient;
  return { client, end: () => ending.reject(new Error('the server ends')) };
}

interface Given {
  readonly refuse?: (path: string) => ApiError | undefined;
  readonly askStats?: (pod: Pod) => Promise<{ version: string; draining: boolean; rooms: [] }>;
}

/** An operator that has just started, with more rooms than workers, none of which gets anywhere. */
async function started({ refuse = () => undefined, askStats = () => Promise.reject(new Error('silent')) }: Given) {
  const server = aServer(refuse);
  const lines: string[] = [];
  const running = operator({
    client: server.client,
    config,
    log: jsonLog({ level: 'warn', write: (line) => lines.push(line), now: () => 0 }),
    instance: 'operator-0',
    newToken: () => 'x',
    statsEveryMs: 10,
    askStats,
  });
  await running.acting;
  return {
    lines,
    /** Keys that wait for a worker. */
    async waiting(priority: 'Edit' | 'Resync') {
      const depths = series(await running.exposition.metrics(), new RegExp(`^${operatorMetric.queueDepth.name}`));
      return Object.entries(depths).find(([name]) => name.includes(`priority="${priority}"`))?.[1];
    },
    async stop() {
      const stopped = running.stop();
      server.end();
      await stopped;
    },
  };
}

test('what pods say for the first time is no edit of their rooms', async (t) => {
  const asked = new Map<string, number>();
  const { waiting, stop } = await started({
    async askStats({ metadata: { name } }) {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      return { version: '0.1.0', draining: false, rooms: [] };
    },
  });
  t.after(stop);
  await eventually('all are heard', () => pods.every(({ metadata: { name } }) => (asked.get(name) ?? 0) > 1));
  assert.equal(await waiting('Edit'), 0);
  assert.ok(((await waiting('Resync')) ?? 0) > 20);
});

test('nor is that what their namespace has in common cannot be made', async (t) => {
  const { waiting, lines, stop } = await started({
    refuse: (path) =>
      path.includes(`/${namespaceObject}`) ? new ApiError(403, { message: 'x cannot patch resource "y"' }) : undefined,
  });
  t.after(stop);
  await eventually('it is told', () => lines.some((line) => line.includes('cannot patch')));
  assert.equal(await waiting('Edit'), 0);
  assert.ok(((await waiting('Resync')) ?? 0) > 20);
});
