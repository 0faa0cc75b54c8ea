import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPort } from '#operator/decide/host-port.ts';
import { hostPorts } from '#operator/host-ports.ts';
import type { Pod } from '#operator/kube.ts';
import { aPod } from './objects.ts';

const range = { from: 7000, to: 7002 };

const table: readonly [string, { used: number[]; nodes: number; port: number | undefined }][] = [
  ['the first port is the lowest', { used: [], nodes: 1, port: 7000 }],
  ['a port in use is passed over', { used: [7000], nodes: 3, port: 7001 }],
  ['the least used comes first', { used: [7000, 7000, 7001, 7002, 7002], nodes: 3, port: 7001 }],
  ['a port is good once for each node', { used: [7000, 7001, 7002], nodes: 2, port: 7000 }],
  ['with one node, no port is used twice', { used: [7000, 7001, 7002], nodes: 1, port: undefined }],
  ['ports outside the range do not count', { used: [6999, 8000], nodes: 1, port: 7000 }],
];
for (const [name, { used, nodes, port }] of table) test(name, () => assert.equal(hostPort(range, used, nodes), port));

test('pods that are made at the same time get different ports', async () => {
  const made: Pod[] = [];
  const ports = hostPorts({ pods: () => made, nodeCount: () => 1 }, range);
  const begun = Promise.withResolvers<void>();
  const make = async (hostPort: number) => {
    await begun.promise;
    made.push(aPod(`pod-${hostPort}`, { hostPort }));
  };
  const all = Array.from({ length: 4 }, () => ports.withPort(make));
  begun.resolve();
  assert.deepEqual((await Promise.all(all)).toSorted(), ['Exhausted', 'Made', 'Made', 'Made']);
  assert.equal(new Set(made.map(({ metadata }) => metadata.name)).size, 3);
});

test('a port is free again when making its pod failed', async () => {
  const ports = hostPorts({ pods: () => [], nodeCount: () => 1 }, { from: 7000, to: 7000 });
  const fails = ports.withPort(() => Promise.reject(new Error('quota')));
  await assert.rejects(fails, /quota/);
  assert.equal(await ports.withPort(async () => undefined), 'Made');
});
