import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameNode, leanNode } from '#operator/cluster/cache/lean-node.ts';
import type { Node } from '#operator/kube.ts';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', annotations: { 'example.com/rack': '7' } },
  status: { addresses: [{ type: 'InternalIP', address: '10.0.0.5' }] },
};

test('a heartbeat is no news of a node', () => {
  const heard = { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] } };
  assert.ok(isSameNode(leanNode(heard), leanNode(node)));
});

test('that a node is cordoned is, and that it no longer is', () => {
  const cordoned = { ...node, spec: { unschedulable: true, podCIDR: '10.244.1.0/24' } };
  assert.deepEqual(leanNode(cordoned).spec, { unschedulable: true });
  assert.ok(!isSameNode(leanNode(cordoned), leanNode(node)));
  assert.ok(!isSameNode(leanNode(node), leanNode(cordoned)));
});
