import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Family } from '#crds/metric-family.ts';
import { serverMetric } from '#crds/metrics.ts';
import { metricsPage } from '#gen/metrics.ts';

const lines = metricsPage().split('\n');
const families: readonly Family[] = Object.values(serverMetric);

/** The cells of a family's line. */
const cells = ({ name }: Family) => {
  const found = lines.filter((line) => line.startsWith(`| \`${name}\` |`));
  assert.equal(found.length, 1, `${name} has ${found.length} lines`);
  return (found[0] ?? '').split(' | ');
};

test('every family has one line with its type, its help, its labels and their values', () => {
  for (const family of families) {
    const [, type, help, labels = ''] = cells(family);
    assert.equal(type, family.type);
    assert.equal(help, family.help);
    for (const [label, values] of Object.entries(family.labels)) {
      assert.ok(labels.includes(`\`${label}\`: `), `${family.name}: ${label}`);
      if (typeof values !== 'string') for (const value of values) assert.ok(labels.includes(`\`${value}\``), value);
    }
  }
});

test('a histogram tells its buckets', () => {
  assert.match(cells(serverMetric.forwardLatency)[3] ?? '', /buckets: 0\.00005, 0\.0001, .+, 0\.02\b/);
});

test('no help breaks the table', () => {
  for (const { name, help } of families) assert.doesNotMatch(help, /[|\n]/, name);
});
