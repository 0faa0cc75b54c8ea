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

test('taints are kept, and no news to the pods that are there', () => {
  const taint = { key: 'media', value: 'only', effect: 'NoExecute' } as const;
  const tainted = { ...node, spec: { taints: [{ ...taint, timeAdded: '2026-11-01T14:00:00Z' }] } };
  assert.deepEqual(leanNode(tainted).spec, { taints: [taint] });
  assert.ok(isSameNode(leanNode(tainted), leanNode(node)));
});

test('labels are kept, and no news to the pods that are there', () => {
  const labelled = { ...node, metadata: { ...node.metadata, labels: { pool: 'media' } } };
  assert.deepEqual(leanNode(labelled).metadata, { name: 'node-1', labels: { pool: 'media' } });
  assert.ok(isSameNode(leanNode(labelled), leanNode(node)));
});

test('that a node is cordoned is, and that it no longer is', () => {
  const cordoned = { ...node, spec: { unschedulable: true, podCIDR: '10.244.1.0/24' } };
  assert.deepEqual(leanNode(cordoned).spec, { unschedulable: true });
  assert.ok(!isSameNode(leanNode(cordoned), leanNode(node)));
  assert.ok(!isSameNode(leanNode(node), leanNode(cordoned)));
});
