import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexOf } from '#operator/cluster/cache/index-of.ts';
import { hostPort } from '#operator/decide/host-port.ts';
import { hostPortOf } from '#operator/decide/media-address.ts';
import type { Pod } from '#operator/kube.ts';
import { hostPorts } from '#operator/room/host-ports.ts';
import { freshSeed, seeded } from '#test/media/seeded.ts';
import { aPod } from './objects.ts';

const range = { from: 7000, to: 7002 };

/** Pods as the cluster counts them, by the index that it keeps. */
function podsSeen(nodes: number) {
  const index = indexOf<Pod, number>(hostPortOf);
  const pods = new Map<string, Pod>();
  const put = (name: string, pod: Pod | undefined) => {
    index.change(name, pod, pods.get(name));
    if (pod === undefined) pods.delete(name);
    else pods.set(name, pod);
  };
  return { pods, put, seen: { hostPortCounts: () => index.counts(), nodeCount: () => nodes } };
}

const scan = (pods: Iterable<Pod>): Map<number, number> => {
  const uses = new Map<number, number>();
  for (const pod of pods) {
    const port = hostPortOf(pod);
    if (port !== undefined) uses.set(port, (uses.get(port) ?? 0) + 1);
  }
  return uses;
};

const table: readonly [string, { used: number[]; nodes: number; port: number | undefined }][] = [
  ['the first port is the lowest', { used: [], nodes: 1, port: 7000 }],
  ['a port in use is passed over', { used: [7000], nodes: 3, port: 7001 }],
  ['the least used comes first', { used: [7000, 7000, 7001, 7002, 7002], nodes: 3, port: 7001 }],
  ['a port is good once for each node', { used: [7000, 7001, 7002], nodes: 2, port: 7000 }],
  ['with one node, no port is used twice', { used: [7000, 7001, 7002], nodes: 1, port: undefined }],
  ['ports outside the range do not count', { used: [6999, 8000], nodes: 1, port: 7000 }],
];
for (const [name, { used, nodes, port }] of table)
  test(name, () =>
    assert.equal(
      hostPort(range, (one) => used.filter((each) => each === one).length, nodes),
      port,
    ),
  );

for (const nodes of [1, 3])
  test(`pods that are made at the same time get no port more often than there are nodes, which are ${nodes}`, async () => {
    const { pods, put, seen } = podsSeen(nodes);
    const ports = hostPorts(seen, range);
    const begun = Promise.withResolvers<void>();
    let made = 0;
    const make = async (port: number) => {
      const name = `pod-${made++}`;
      await begun.promise;
      put(name, aPod(name, { hostPort: port }));
    };
    const all = Array.from({ length: 3 * nodes + 1 }, () => ports.withPort(make));
    begun.resolve();
    const outcomes = await Promise.all(all);
    assert.equal(outcomes.filter((outcome) => outcome === 'Exhausted').length, 1);
    assert.deepEqual([...scan(pods.values())].toSorted(), [
      [7000, nodes],
      [7001, nodes],
      [7002, nodes],
    ]);
    assert.deepEqual(ports.count(), { used: 3 * nodes, free: 0 });
  });

test('a port is free again when making its pod failed', async () => {
  const ports = hostPorts(podsSeen(1).seen, { from: 7000, to: 7000 });
  const fails = ports.withPort(() => Promise.reject(new Error('quota')));
  await assert.rejects(fails, /quota/);
  assert.equal(await ports.withPort(async () => undefined), 'Made');
});

test('what is counted as pods come, change and go is what a look at all of them would count', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const nodes = 3;
  const wide = { from: 7000, to: 7199 };
  const { pods, put, seen } = podsSeen(nodes);
  const ports = hostPorts(seen, wide);
  for (let step = 0; step < 2000; step++) {
    const name = `pod-${below(500)}`;
    const uses = scan(pods.values());
    if (pods.has(name)) put(name, below(3) === 0 ? aPod(name, { hostPort: 6990 + below(220) }) : undefined);
    else {
      const least = Math.min(...Array.from({ length: 200 }, (_, i) => uses.get(7000 + i) ?? 0));
      await ports.withPort(async (port) => {
        assert.equal(uses.get(port) ?? 0, least);
        put(name, aPod(name, { hostPort: port }));
      });
    }
    const now = [...scan(pods.values())].filter(([port]) => port >= 7000 && port <= 7199);
    const used = now.reduce((sum, [, count]) => sum + count, 0);
    assert.deepEqual(ports.count(), { used, free: 200 * nodes - used });
  }
});
