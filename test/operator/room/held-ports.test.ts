import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Node, Pod } from '#operator/kube.ts';
import { hostPorts } from '#operator/room/host-ports.ts';
import { aPod } from '../objects.ts';
import { standInCluster } from '../stand-in-cluster.ts';

/** When a pod that has no node waits for a port that somebody else's pod has. */

const range = { from: 7000, to: 7002 };
const nodeCalled = (name: string, spec: NonNullable<Node['spec']> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec,
});

const nodes = [
  ...['node-1', 'node-2', 'node-3'].map((name) => nodeCalled(name)),
  nodeCalled('cordoned', { unschedulable: true }),
];

/** Three nodes that take pods and one that takes none, with pods of ours that have port 7000. */
const clusterWith = (pods: readonly Pod[] = []) =>
  standInCluster({
    nodes: () => nodes.values(),
    node: (name) => nodes.find(({ metadata }) => metadata.name === name),
    hostPortCounts: () => [[7000, pods.length]] as const,
    podsWithPort: (port) => (port === 7000 ? [...pods] : []),
  });

/** A pod with port 7000 that the scheduler found no node for: that many had it taken. */
function waiting(lacking: string): Pod {
  const message = `0/4 nodes are available: 1 Insufficient cpu, ${lacking} free ports for the requested pod ports, 1 node(s) were unschedulable.`;
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  const { spec, ...pod } = aPod('waiting', { status: { phase: 'Pending', conditions } });
  const { nodeName: _, ...nowhere } = spec;
  return { ...pod, spec: nowhere };
}

const table: readonly [lacking: string, ours: readonly string[], isHeld: boolean][] = [
  ["1 node(s) didn't have", [], true],
  ["1 node(s) didn't have", ['node-1'], false],
  ["2 node(s) didn't have", ['node-1'], true],
  ["2 node(s) didn't have", ['node-1', 'node-2'], false],
  ["1 node(s) didn't have", ['cordoned'], true],
  ['in words of another release, no', [], true],
  ['in words of another release, no', ['node-1'], false],
];
for (const [lacking, ours, isHeld] of table)
  test(`"${lacking} free ports", pods of ours have it on ${ours.join(' and ') || 'none'}: ${isHeld ? 'somebody else has it, too' : 'nobody else has it'}`, () => {
    const cluster = clusterWith(ours.map((nodeName) => aPod('a', { nodeName })));
    const held = isHeld ? { port: 7000, waitMs: 60_000, count: 1 } : undefined;
    assert.deepEqual(hostPorts(cluster, range, () => 0).noteHeld(waiting(lacking), {}), held);
  });

test('only nodes that the room selects count', () => {
  const cluster = clusterWith([aPod('a', { nodeName: 'node-1' })]);
  const placement = { nodeSelector: { pool: 'media' } };
  assert.notEqual(hostPorts(cluster, range, () => 0).noteHeld(waiting("1 node(s) didn't have"), placement), undefined);
});

describe('while such a pod waits', () => {
  const pod = waiting("1 node(s) didn't have");

  test('its time counts from the first look at it, whatever time the API server says it was made', () => {
    let nowMs = Date.parse('2027-01-01T00:00:00Z');
    const ports = hostPorts(clusterWith(), range, () => nowMs);
    const waitMs = () => ports.noteHeld(pod, {})?.waitMs;
    assert.equal(waitMs(), 60_000);
    nowMs += 45_000;
    assert.equal(waitMs(), 15_000);
    nowMs -= 100_000;
    assert.equal(waitMs(), 60_000, 'our clock was set back');
    nowMs += 15_000;
    assert.equal(waitMs(), 45_000);
  });

  test('its time counts anew after a look at which nobody else had its port', () => {
    let nowMs = 0;
    const pods: Pod[] = [];
    const ports = hostPorts(clusterWith(pods), range, () => nowMs);
    const waitMs = () => ports.noteHeld(pod, {})?.waitMs;
    assert.equal(waitMs(), 60_000, 'one of ours has gone, and the scheduler has yet to say so');
    pods.push(aPod('a', { nodeName: 'node-1' }));
    nowMs += 60_000;
    assert.equal(waitMs(), undefined, 'another of ours has it');
    pods.pop();
    nowMs += 1_200_000;
    assert.equal(waitMs(), 60_000, 'that one has gone, too');
    const { status: _, ...placed } = pod;
    assert.equal(ports.noteHeld(placed, {}), undefined);
    nowMs += 60_000;
    assert.equal(waitMs(), 60_000, 'its port was free in between');
  });

  test('no other pod gets its port, until an hour after the last look', async () => {
    let nowMs = 0;
    const ports = hostPorts(clusterWith(), range, () => nowMs);
    const made: number[] = [];
    const make = async (port: number) => void made.push(port);
    ports.noteHeld(pod, {});
    await ports.withPort(make, {});
    nowMs = 3_599_999;
    await ports.withPort(make, {});
    nowMs = 3_600_000;
    await ports.withPort(make, {});
    assert.deepEqual(made, [7001, 7001, 7000]);
  });
});
