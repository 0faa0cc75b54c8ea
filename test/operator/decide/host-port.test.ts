import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { indexOf } from '#operator/cluster/cache/index-of.ts';
import { hostPort } from '#operator/decide/host-port.ts';
import { hostPortOf } from '#operator/decide/media-address.ts';
import type { Placement } from '#operator/decide/placement.ts';
import type { Node, Pod, Taint } from '#operator/kube.ts';
import { hostPorts } from '#operator/room/host-ports.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { aPod, storedRoom } from '../objects.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const range = { from: 7000, to: 7002 };
const now = () => 0;
const dedicated: Taint = { key: 'media', value: 'only', effect: 'NoSchedule' };

const nodeCalled = (
  name: string,
  spec: NonNullable<Node['spec']> = {},
  labels: Node['metadata']['labels'] = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
});
const someNodes = (count: number) => Array.from({ length: count }, (_, i) => nodeCalled(`node-${i + 1}`));

/** Pods as the cluster counts them, by the index that it keeps, of rooms that are placed so. */
function podsSeen(nodes: readonly Node[], placements: readonly Placement[] = []) {
  const index = indexOf<Pod, number>(hostPortOf);
  const pods = new Map<string, Pod>();
  const put = (name: string, pod: Pod | undefined) => {
    index.change(name, pod, pods.get(name));
    if (pod === undefined) pods.delete(name);
    else pods.set(name, pod);
  };
  const podsOn = (node: string) => [...pods.values()].filter(({ spec }) => spec.nodeName === node);
  const rooms = () => placements.map((pod) => storedRoom({ pod }));
  const seen = standInCluster({ rooms, hostPortCounts: index.counts, nodes: () => nodes.values(), podsOn });
  return { pods, put, seen };
}

const scan = (pods: Iterable<Pod>): Map<number, number> => {
  const uses = new Map<number, number>();
  for (const pod of pods) {
    const port = hostPortOf(pod);
    if (port !== undefined) uses.set(port, (uses.get(port) ?? 0) + 1);
  }
  return uses;
};

interface Uses {
  readonly used: readonly number[];
  readonly elsewhere?: readonly number[];
  readonly held?: readonly number[];
  readonly nodes: number;
  readonly port: number | undefined;
}
const table: readonly [string, Uses][] = [
  ['the first port is the lowest', { used: [], nodes: 1, port: 7000 }],
  ['a port in use is passed over', { used: [7000], nodes: 3, port: 7001 }],
  ['the least used comes first', { used: [7000, 7000, 7001, 7002, 7002], nodes: 3, port: 7001 }],
  ['a port is good once for each node', { used: [7000, 7001, 7002], nodes: 2, port: 7000 }],
  ['with one node, no port is used twice', { used: [7000, 7001, 7002], nodes: 1, port: undefined }],
  ['ports outside the range do not count', { used: [6999, 8000], nodes: 1, port: 7000 }],
  [
    'of ports that are free here, it is one that is free everywhere',
    { used: [], elsewhere: [7000], nodes: 1, port: 7001 },
  ],
  ['a port that something else has is passed over', { used: [7001], held: [7000], nodes: 3, port: 7002 }],
  ['even for one that is used more', { used: [7001, 7002], held: [7000], nodes: 3, port: 7001 }],
  ['but it is better than none', { used: [7001, 7002], held: [7000], nodes: 1, port: 7000 }],
  ['or else one that is free here', { used: [7000, 7002], elsewhere: [7001], nodes: 1, port: 7001 }],
];
const times = (ports: readonly number[], port: number) => ports.filter((each) => each === port).length;
for (const [name, { used, elsewhere = [], held = [], nodes, port }] of table)
  test(name, () => {
    const use = (one: number) => ({
      here: times(used, one),
      elsewhere: times(elsewhere, one),
      isHeld: held.includes(one),
    });
    assert.equal(hostPort(range, use, nodes), port);
  });

for (const nodes of [1, 3])
  test(`pods that are made at the same time get no port more often than there are nodes, which are ${nodes}`, async () => {
    const { pods, put, seen } = podsSeen(someNodes(nodes));
    const ports = hostPorts(seen, range, now);
    const begun = Promise.withResolvers<void>();
    let made = 0;
    const make = async (port: number) => {
      const name = `pod-${made++}`;
      await begun.promise;
      put(name, aPod(name, { hostPort: port }));
    };
    const all = Array.from({ length: 3 * nodes + 1 }, () => ports.withPort(make, {}));
    begun.resolve();
    const outcomes = await Promise.all(all);
    assert.deepEqual(
      outcomes.filter((outcome) => outcome !== 'Made'),
      [{ exhaustedOn: nodes }],
    );
    assert.deepEqual([...scan(pods.values())].toSorted(), [
      [7000, nodes],
      [7001, nodes],
      [7002, nodes],
    ]);
    assert.deepEqual(ports.count(), { used: 3 * nodes, free: 0 });
  });

test('a port is free again when making its pod failed', async () => {
  const ports = hostPorts(podsSeen(someNodes(1)).seen, { from: 7000, to: 7000 }, now);
  const fails = ports.withPort(() => Promise.reject(new Error('quota')), {});
  await assert.rejects(fails, /quota/);
  assert.equal(await ports.withPort(async () => undefined, {}), 'Made');
});

/** Another node beside one whose ports are all taken, and what a room gets then. */
const apart: readonly [name: string, NonNullable<Node['spec']>, Placement, isMade: boolean][] = [
  ['a node of the control plane', { taints: [{ key: 'control-plane', effect: 'NoSchedule' }] }, {}, false],
  ['a cordoned one', { unschedulable: true }, {}, false],
  [
    'one whose taint the room tolerates',
    { taints: [dedicated] },
    { tolerations: [{ key: 'media', operator: 'Exists' }] },
    true,
  ],
  ['one that is only not preferred', { taints: [{ ...dedicated, effect: 'PreferNoSchedule' }] }, {}, true],
];
for (const [name, spec, placement, isMade] of apart)
  test(`the ports of ${name} are ${isMade ? 'handed out' : 'for nobody'}`, async () => {
    const { put, seen } = podsSeen([nodeCalled('node-1'), nodeCalled('node-2', spec)]);
    for (const hostPort of [7000, 7001, 7002]) put(`pod-${hostPort}`, aPod('a', { hostPort }));
    const outcome = await hostPorts(seen, range, now).withPort(async () => {}, placement);
    assert.deepEqual(outcome, isMade ? 'Made' : { exhaustedOn: 1 });
  });

test('the ports of pods on a node that is cordoned are free on the others, so that they can leave it', async () => {
  const { put, seen } = podsSeen([nodeCalled('node-1', { unschedulable: true }), nodeCalled('node-2')]);
  for (const hostPort of [7000, 7001, 7002]) put(`pod-${hostPort}`, aPod('a', { hostPort }));
  put('there', aPod('a', { hostPort: 7000, nodeName: 'node-2' }));
  const ports = hostPorts(seen, range, now);
  const made: number[] = [];
  await ports.withPort(async (port) => void made.push(port), {});
  assert.deepEqual(made, [7001]);
  assert.deepEqual(ports.count(), { used: 4, free: 2 });
});

test('while no node takes pods, none gets the port of one that runs: that node may take some again', async () => {
  const notReady = { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } as const;
  const { put, seen } = podsSeen([nodeCalled('node-1', notReady)]);
  put('there', aPod('a', { hostPort: 7000 }));
  const made: number[] = [];
  await hostPorts(seen, range, now).withPort(async (port) => void made.push(port), {});
  assert.deepEqual(made, [7001]);
});

test('a node of the rooms counts though its taint keeps others away, a node of the control plane does not', () => {
  const { put, seen } = podsSeen(
    [
      nodeCalled('node-1', { taints: [dedicated] }),
      nodeCalled('node-2', { taints: [{ key: 'control-plane', effect: 'NoSchedule' }] }),
    ],
    [{ tolerations: [{ key: 'media', operator: 'Exists' }] }],
  );
  put('there', aPod('a', { hostPort: 7000 }));
  assert.deepEqual(hostPorts(seen, range, now).count(), { used: 1, free: 2 });
});

describe('of nodes that have other labels than a room selects', () => {
  const media = { nodeSelector: { pool: 'media' } };
  const nodes = [1, 2, 3, 4, 5].map((n) => nodeCalled(`node-${n}`, {}, { pool: n <= 2 ? 'media' : 'web' }));
  const full = (placements: readonly Placement[]) => {
    const { put, seen } = podsSeen(nodes, placements);
    for (const hostPort of [7000, 7001, 7002])
      for (const nodeName of ['node-1', 'node-2']) put(`${nodeName}-${hostPort}`, aPod('a', { hostPort, nodeName }));
    return hostPorts(seen, range, now);
  };

  test('the ports are for nobody', async () => {
    const ports = full([media, media]);
    assert.deepEqual(await ports.withPort(() => assert.fail('on no node of those'), media), { exhaustedOn: 2 });
    assert.deepEqual(ports.count(), { used: 6, free: 0 });
  });

  test('the ports are for rooms that select none', async () => {
    const ports = full([media, {}]);
    assert.equal(await ports.withPort(async () => {}, {}), 'Made');
    assert.deepEqual(ports.count(), { used: 6, free: 9 });
  });
});

test('rooms that come open their nodes within half a minute, and not each scrape looks at all of them', () => {
  const nodes = ['media', 'web'].map((pool) => nodeCalled(pool, {}, { pool }));
  const rooms = [storedRoom({ pod: { nodeSelector: { pool: 'media' } } })];
  let looks = 0;
  let nowMs = 0;
  const { seen } = podsSeen(nodes);
  const look = () => {
    looks++;
    return rooms;
  };
  const ports = hostPorts({ ...seen, rooms: look }, range, () => nowMs);
  assert.equal(ports.count().free, 3);
  rooms.push(storedRoom());
  nowMs = 29_999;
  assert.equal(ports.count().free, 3);
  assert.equal(looks, 1);
  nowMs = 30_000;
  assert.equal(ports.count().free, 6);
});

test('what is counted as pods come, change and go is what a look at all of them would count', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const nodes = 3;
  const wide = { from: 7000, to: 7199 };
  const { pods, put, seen } = podsSeen(someNodes(nodes));
  const ports = hostPorts(seen, wide, now);
  for (let step = 0; step < 2000; step++) {
    const name = `pod-${below(500)}`;
    const uses = scan(pods.values());
    if (pods.has(name)) put(name, below(3) === 0 ? aPod(name, { hostPort: 6990 + below(220) }) : undefined);
    else {
      const least = Math.min(...Array.from({ length: 200 }, (_, i) => uses.get(7000 + i) ?? 0));
      await ports.withPort(async (port) => {
        assert.equal(uses.get(port) ?? 0, least);
        put(name, aPod(name, { hostPort: port }));
      }, {});
    }
    const now = [...scan(pods.values())].filter(([port]) => port >= 7000 && port <= 7199);
    const used = now.reduce((sum, [, count]) => sum + count, 0);
    assert.deepEqual(ports.count(), { used, free: 200 * nodes - used });
  }
});
