import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayRunOn, type Placement } from '#operator/decide/placement.ts';

type Expression = { readonly key: string; readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt' };

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { pool: 'media', cpus: '16', memory: '16Gi' } },
  spec: { taints: [{ key: 'media', value: 'only', effect: 'NoSchedule' }] },
} as const;
const tolerations = [{ key: 'media', operator: 'Exists' }] as const;

/** By affinity: each term is a list of expressions. */
const near = (...terms: readonly (readonly (Expression & { readonly values?: readonly string[] })[])[]): Placement => ({
  tolerations,
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  },
});
const isMedia = { key: 'pool', operator: 'In', values: ['media'] } as const;
const isWeb = { key: 'pool', operator: 'In', values: ['web'] } as const;
const fewer = { key: 'cpus', operator: 'Lt', values: ['100'] } as const;
const more = { key: 'cpus', operator: 'Gt', values: ['100'] } as const;

const table: readonly [string, Placement, boolean][] = [
  ['that says nothing', { tolerations }, true],
  ['that does not tolerate its taint', {}, false],
  ['that selects its label', { tolerations, nodeSelector: { pool: 'media' } }, true],
  ['that selects its label, but does not tolerate its taint', { nodeSelector: { pool: 'media' } }, false],
  ['that selects another value', { tolerations, nodeSelector: { pool: 'web' } }, false],
  ['that selects one more', { tolerations, nodeSelector: { pool: 'media', disk: 'ssd' } }, false],
  ['with affinity to its label', near([isMedia]), true],
  ['with affinity to another', near([isWeb]), false],
  ['with affinity to one or the other', near([isWeb], [isMedia]), true],
  ['with affinity to both at once', near([isWeb, isMedia]), false],
  ['with affinity to labels that it has not', near([{ key: 'disk', operator: 'DoesNotExist' }]), true],
  ['with affinity to a number above its own', near([more]), false],
  ['with affinity to a number below', near([fewer]), true],
  ['with affinity to a number of a label that only begins with one', near([{ ...fewer, key: 'memory' }]), false],
  ['with affinity to a number of a label that is none', near([{ ...fewer, key: 'pool' }]), false],
  ['with affinity to a number of a label that it has not', near([{ ...fewer, key: 'disk' }]), false],
  ['with affinity to nothing', near([]), false],
  ['with affinity that is only preferred', { tolerations, affinity: { nodeAffinity: {} } }, true],
];
for (const [name, placement, may] of table)
  test(`a pod ${name} ${may ? 'may run there' : 'may not'}`, () => assert.equal(mayRunOn(node, placement), may));
