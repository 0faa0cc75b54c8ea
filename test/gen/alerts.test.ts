import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertGroups, alertsPage, readable } from '#gen/alerts.ts';
import { alert } from '#operator/build/alerts/names.ts';

test('every alert has one line, with its severity, its time and its runbook', () => {
  const lines = alertsPage().split('\n');
  for (const name of Object.values(alert)) {
    const found = lines.filter((line) => line.startsWith(`| [\`${name}\`](../runbooks/${name}.md) | `));
    assert.equal(found.length, 1, name);
    assert.match(found[0] ?? '', /\) \| (critical|warning|info) \| (at once|\d+[smh]) \| .+\. \|$/);
  }
});

test('what Prometheus fills in is readable', () => {
  assert.equal(
    readable('Room {{ $labels.namespace }}/{{ $labels.room }} is {{ $value | printf "%.0f" }} % full.'),
    'Room *namespace*/*room* is *so many* % full.',
  );
  assert.equal(readable('Viewers{{ with $labels.room }} of {{ . }}{{ end }} are refused.'), 'Viewers are refused.');
  for (const { alerts } of alertGroups)
    for (const { summary } of alerts) assert.doesNotMatch(readable(summary), /[{|]/);
});
