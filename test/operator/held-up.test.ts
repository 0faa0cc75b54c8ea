import assert from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import { test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient, Method, RequestOptions } from '#operator/cluster/client/client.ts';
import { collectionPath } from '#operator/cluster/client/paths.ts';
import { jsonLog } from '#operator/log.ts';
import { operator } from '#operator/operator.ts';
import { eventually } from '#test/harness/eventually.ts';
import { config, storedRoom } from './objects.ts';

/** An operator that may not list everything, and does nothing but to say so. */

const roomsPath = collectionPath({ apiVersion: 'liveroom.dev/v1alpha1', kind: 'LiveRoom' });
const podsPath = collectionPath({ apiVersion: 'v1', kind: 'Pod' });
const room = storedRoom();
const toldAfterMs = 100;

/** An API server with one room and nothing else, where pods may not be listed for now. */
function aServer() {
  const quiet = new EventEmitter().setMaxListeners(0);
  const writes: string[] = [];
  const told: LiveRoom['status'][] = [];
  let mayListPods = false;
  const refusedAtMs: number[] = [];
  const client = {
    host: 'api',
    async request(method: Method, path: string, { read, body }: RequestOptions = {}) {
      if (path === podsPath && !mayListPods) {
        refusedAtMs.push(performance.now());
        throw new ApiError(403, { message: 'pods is forbidden: cannot list' });
      }
      if (read) {
        const ofRooms = { apiVersion: room.apiVersion, kind: 'LiveRoomList', items: [room] };
        const found = path === roomsPath ? ofRooms : { apiVersion: 'v1', kind: 'List', items: [] };
        return read(JSON.stringify({ ...found, metadata: { resourceVersion: '100' } }));
      }
      if (method === 'GET') throw new ApiError(404, { message: 'not found' });
      writes.push(`${method} ${path.split('/').at(-1)}`);
      const { status, metadata } = body as LiveRoom;
      const resourceVersion = `${200 + writes.length}`;
      if (!path.endsWith('/status')) return { ...(body as object), metadata: { ...metadata, resourceVersion } };
      told.push(status);
      return { ...room, status, metadata: { ...room.metadata, resourceVersion } };
    },
    watch(_: string, { signal, onStatus }: RequestOptions = {}) {
      onStatus?.(200);
      return on(quiet, 'event', { ...(signal && { signal }) });
    },
    close: async () => {},
  } as unknown as KubeClient;
  const allow = () => {
    mayListPods = true;
  };
  /** For how long it has refused, in ms. */
  const refusedForMs = () => (refusedAtMs.at(-1) ?? 0) - (refusedAtMs[0] ?? 0);
  return { client, writes, told, allow, refusedForMs };
}

/** An operator of that server, which is to wait for its turn if `lead` says so. */
function begun(lead?: Promise<void>) {
  const server = aServer();
  const running = operator({
    client: server.client,
    config,
    log: jsonLog({ level: 'error', write: () => {}, now: () => 0 }),
    instance: 'operator-0',
    newToken: () => 'x',
    refusedForMs: toldAfterMs,
    ...(lead && { lead }),
  });
  return { ...server, ...running };
}

test('an operator that may not list pods has its rooms say so, does nothing else, and begins when it may', async (t) => {
  const { writes, told, allow, isReady, acting, stop } = begun();
  t.after(() => stop());
  await eventually('the room says so', () => told.length > 0);
  const [accepted, ready] = told[0]?.conditions ?? [];
  for (const one of [accepted, ready]) {
    assert.deepEqual([one?.status, one?.reason], ['Unknown', 'PermissionMissing']);
    assert.match(one?.message ?? '', /pods is forbidden: cannot list/);
  }
  assert.equal(isReady(), false);
  allow();
  await acting;
  const isAbout = (write: string) => write === 'PATCH status' || write === 'POST events';
  const before = writes.filter((write) => !isAbout(write));
  assert.deepEqual(before, [], 'nothing is made of a room while the operator does not see what there is');
  await eventually('the room is accepted', () => told.at(-1)?.conditions?.[0]?.status === 'True');
});

test('one that waits for its turn leaves that to the one that leads, until it does', async (t) => {
  const turn = Promise.withResolvers<void>();
  const { writes, told, refusedForMs, stop } = begun(turn.promise);
  t.after(() => stop());
  await eventually('it is refused for longer than is told of', () => refusedForMs() > 2 * toldAfterMs);
  assert.deepEqual(writes, []);
  turn.resolve();
  await eventually('the room says so', () => told.length > 0);
});
