import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedNodes } from '#operator/decide/closed-nodes.ts';
import { mayRunOn, type Placement } from '#operator/decide/placement.ts';
import type { Node } from '#operator/kube.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const nodeWith = (name: string, labels: Readonly<Record<string, string>>, spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
});

test('it is those on which no placement may run, by taints, a selector, affinity or all of them', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const some = <T>(most: number, one: () => T): T[] => Array.from({ length: below(most + 1) }, one);
  const key = () => `key-${below(3)}`;
  const value = () => String(below(4));
  const labels = () => Object.fromEntries(some(3, () => [key(), value()]));
  const taint = () => ({ key: key(), effect: 'NoSchedule' }) as const;
  const expression = () => {
    const operator = (['In', 'In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const)[below(7)] ?? 'In';
    return { key: key(), operator, values: [value(), ...some(1, value)] };
  };
  const affinity = () => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: some(2, () => ({ matchExpressions: some(2, expression) })),
      },
    },
  });
  const placement = (): Placement => ({
    ...(below(2) === 0 && { nodeSelector: labels() }),
    ...(below(3) === 0 && { tolerations: [{ key: key(), operator: 'Exists' }] }),
    ...(below(2) === 0 && { affinity: affinity() }),
  });
  for (let round = 0; round < 2000; round++) {
    const nodes = some(8, () => nodeWith('node', labels(), { taints: some(1, taint), unschedulable: below(5) === 0 }));
    const placements = some(3, placement);
    const expected = nodes.filter((node) => !placements.some((one) => mayRunOn(node, one)));
    assert.deepEqual(closedNodes(nodes, placements), expected, JSON.stringify({ nodes, placements }));
  }
});

test('where each room selects a node of its own, no node is looked at for each room', () => {
  let looks = 0;
  const nodes = Array.from({ length: 1000 }, (_, i) => {
    const { metadata, ...node } = nodeWith(`node-${i}`, { os: 'linux', customer: `${i}` });
    return {
      ...node,
      get metadata() {
        looks++;
        return metadata;
      },
    };
  });
  const placements = nodes.map((_, i) => ({ nodeSelector: { os: 'linux', customer: `${i}` } }));
  assert.deepEqual(closedNodes(nodes, placements), []);
  assert.ok(looks <= 3 * nodes.length, `${looks} looks`);
});
