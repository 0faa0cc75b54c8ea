import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podStats } from '#server/observation/status.ts';
import { emptyRoom, withConnected, withPublisher, withSubscriber } from '#server/room/room.ts';
import { running } from './running.ts';
import { facts, seen, snapshot, view } from './statuses.ts';

const live = withConnected(withConnected(withSubscriber(withPublisher(emptyRoom(), 'p', 0), 'a', 0), 'a'), 'p');

test('a pod tells of itself as a whole: who is in it, what it counted and how fast, and what it has of its machine', () => {
  const { node } = facts();
  const busy = {
    ...node,
    atMs: 5000,
    cpuLoad: 0.25,
    averageMemoryBytes: 900,
    totals: { ...node.totals, packetsIn: 500, systemPacketsDropped: 3, publishAttempts: 2, publishSuccesses: 1 },
    perSecond: { ...node.perSecond, packetsIn: 50, nacks: 2, forwardSeconds: 0.004, forwardMeasured: 2 },
  };
  const tracks = { published: { audio: 1, video: 1 }, subscribed: { audio: 1, video: 2 } };
  const { node: told } = podStats(
    seen([view('keynote', live), view('lobby')], snapshot({ tracks }), { node: busy, startedMs: 1000 }),
  );
  assert.ok(told);
  const { totals, perSecond, ...rest } = told;
  assert.deepEqual(rest, {
    startedAt: '1970-01-01T00:00:01.000Z',
    updatedAt: '1970-01-01T00:00:05.000Z',
    rooms: 1,
    clients: { publisher: 1, subscriber: 1 },
    tracks: { in: 2, out: 3 },
    cpu: { limitCores: 2, loadRatio: 0.25, machineLoad: [0, 0, 0] },
    memory: { usedBytes: 2 ** 27, averageBytes: 900, limitBytes: 2 ** 30 },
    forwardSeconds: 0.002,
  });
  assert.deepEqual(
    [totals.packetsIn, totals.systemPacketsDropped, totals.publishAttempts, totals.publishSuccesses],
    [500, 3, 2, 1],
  );
  assert.deepEqual([perSecond.packetsIn, perSecond.nacks], [50, 2]);
  assert.deepEqual(Object.keys(totals).toSorted(), Object.keys(perSecond).toSorted());
});

test('a running server tells so in its statistics', async () => {
  const at = await running('rooms: [{name: stage}]', { cpuRequest: 1.5 });
  const { node } = await at.stats();
  await at.stop();
  assert.ok(node);
  assert.equal(node.cpu.limitCores, 1.5, 'as it was set');
  assert.ok(node.memory.limitBytes >= node.memory.usedBytes && node.memory.usedBytes > 0);
  assert.ok(Date.parse(node.updatedAt) >= Date.parse(node.startedAt));
  assert.deepEqual([node.rooms, node.clients], [0, { publisher: 0, subscriber: 0 }]);
});
