import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Family } from '#crds/metric-family.ts';
import { serverMetric } from '#crds/metrics.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { seriesBudget } from '#crds/series-budget.ts';
import { metricsPage } from '#gen/metrics.ts';

const lines = metricsPage().split('\n');
const families: readonly Family[] = [...Object.values(serverMetric), ...Object.values(operatorMetric)];

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
    assert.equal(help, family.help.replaceAll('<', '&lt;'));
    for (const [label, values] of Object.entries(family.labels)) {
      assert.ok(labels.includes(`\`${label}\`: `), `${family.name}: ${label}`);
      if (typeof values !== 'string') for (const value of values) assert.ok(labels.includes(`\`${value}\``), value);
    }
  }
});

test('a histogram tells its buckets', () => {
  assert.match(cells(serverMetric.forwardLatency)[3] ?? '', /buckets: 0\.00005, 0\.0001, .+, 0\.02\b/);
});

test('no help breaks the table, and the values of no label are left open', () => {
  for (const { name, help } of families) assert.doesNotMatch(help, /[|\n]/, name);
  assert.ok(!metricsPage().includes('undefined'));
});

test('what 0.1.0 told of a pod is told by the same names, types and labels', async () => {
  const text = await readFile(join(import.meta.dirname, '../fixtures/0.1.0/metrics.yaml'), 'utf8');
  const former = parse(text) as Readonly<Record<string, unknown>>;
  for (const [name, told] of Object.entries(former)) {
    const family = families.find((found) => found.name === name);
    assert.deepEqual(family && { type: family.type, labels: Object.keys(family.labels) }, told, name);
  }
});

test('the formula for the number of series stands on the page', () => {
  const { pod, perRoom } = seriesBudget();
  const [, first = '', second] = /at most \*\*([\d ]+) \+ (\d+) \*n\*\*\*/.exec(metricsPage()) ?? [];
  assert.deepEqual([first.replaceAll(' ', ''), second], [String(pod), String(perRoom)]);
});
