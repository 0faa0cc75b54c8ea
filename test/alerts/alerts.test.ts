import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Family } from '#crds/metric-family.ts';
import { serverMetric } from '#crds/metrics.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { alert } from '#operator/build/alerts/names.ts';
import { durationMs } from '#operator/build/duration.ts';
import { prometheusRule } from '#operator/build/prometheus-rule.ts';
import { config } from '#test/operator/objects.ts';
import { rules } from './rules.ts';

const runbooks = join(import.meta.dirname, '../../docs/runbooks');

test('every alert that has a name has one rule, and every rule a name of ours', () => {
  assert.deepEqual(rules.map((rule) => rule.alert).toSorted(), Object.values(alert).toSorted());
});

/** What a family's series are called. */
const seriesNames = ({ name, type }: Family) =>
  type === 'histogram' ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`) : [name];

const exported = ['up', ...Object.values({ ...serverMetric, ...operatorMetric }).flatMap(seriesNames)];

for (const { alert: name, expr } of rules)
  test(`${name} asks for nothing that is not exported`, () => {
    const named = expr
      .matchAll(/\w+(?=\{)/g)
      .map(String)
      .toArray();
    assert.notEqual(named.length, 0);
    assert.deepEqual(
      named.filter((metric) => !exported.includes(metric)),
      [],
    );
  });

test('alerts ask for what pods export under the prefix of their installation', () => {
  const asked = (podEnv = {}) =>
    prometheusRule({ namespace: 'events', except: [] }, { ...config, podEnv }).spec.groups.flatMap((group) =>
      group.rules.map(({ expr }) => expr),
    );
  const prefixed = asked().map((expr) => expr.replaceAll(/\blive_(?=\w+\{)/g, 'acme_live_'));
  assert.notDeepEqual(prefixed, asked());
  assert.deepEqual(asked({ METRICS_PREFIX: 'acme_' }), prefixed);
});

test('every alert has a runbook that says what it means, how to look and what to do, and every runbook an alert', async () => {
  const pages = await readdir(runbooks);
  assert.deepEqual(
    pages.toSorted(),
    Object.values(alert)
      .map((name) => `${name}.md`)
      .toSorted(),
  );
  for (const page of pages) {
    const text = await readFile(join(runbooks, page), 'utf8');
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    const name = page.replace('.md', '');
    assert.deepEqual(headings, [`# ${name}`, '## What it means', '## How to look', '## What to do'], page);
    for (const [, linked = ''] of text.matchAll(/\]\(([^)]+)\)/g))
      assert.ok(pages.includes(linked), `${page}: ${linked}`);
    for (const [metric] of text.matchAll(/\b(live|liveroom_operator|controller_runtime|workqueue)_\w+(?=\{|`)/g))
      assert.ok(exported.includes(metric), `${page}: ${metric}`);
  }
});

test('an alert links to its runbook, below the base that the operator was given', () => {
  const linked = (runbookURL?: string) => {
    const monitoring = { ...config.monitoring, ...(runbookURL && { runbookURL }) };
    const { groups } = prometheusRule({ namespace: 'events', except: [] }, { ...config, monitoring }).spec;
    return groups[0]?.rules[0]?.annotations.runbook_url;
  };
  assert.equal(linked(), 'docs/runbooks/LiveRoomNoPublisher.md');
  const base = 'https://git.example.com/liveroom/blob/main';
  assert.equal(linked(base), `${base}/docs/runbooks/LiveRoomNoPublisher.md`);
});

interface UnitTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { eval_time: string; alertname: string; exp_alerts: readonly object[] }[];
  }[];
}

/** By alert, the moments of the tests in which it fires. */
async function storiesOf(name: string) {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.yaml'));
  const texts = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  return texts
    .flatMap((text) => (parse(text) as UnitTests).tests)
    .map(({ alert_rule_test: moments }) => moments.filter(({ alertname }) => alertname === name))
    .filter((moments) => moments.some(({ exp_alerts }) => exp_alerts.length > 0));
}

for (const { alert: name, for: wait = '0s' } of rules)
  test(`${name} is seen to begin after its time and no sooner, and to end`, async () => {
    const stories = await storiesOf(name);
    assert.notEqual(stories.length, 0);
    for (const moments of stories) {
      const first = moments.findIndex(({ exp_alerts }) => exp_alerts.length > 0);
      const [before, beginning] = [moments[first - 1], moments[first]].map((at) => durationMs(at?.eval_time ?? '0s'));
      assert.equal(Number(beginning) - Number(before), 10_000, 'the last evaluation without it is the one before');
      assert.ok(Number(beginning) >= durationMs(wait));
      assert.deepEqual(moments.at(-1)?.exp_alerts, []);
    }
  });
