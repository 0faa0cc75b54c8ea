import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { type Families, families } from '#operator/metrics/families.ts';
import { familyText, type Series } from '#operator/metrics/family-text.ts';

const head = { name: 'things', help: 'How many there are.' } as const;
const labelled = { ...head, type: 'gauge', labels: { namespace: 'Namespaces', room: 'Rooms' } } as const;
const bare = { ...head, type: 'counter', labels: {} } as const;

/** The same series as prom-client writes them. */
async function written<F extends Family>({ name, help, type, labels }: F, all: readonly Series<F>[]): Promise<string> {
  const registry = new Registry();
  const settings = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  const metric = type === 'gauge' ? new Gauge(settings) : new Counter(settings);
  for (const [its, value] of all) metric.inc(its, value);
  return (await registry.metrics()).trimEnd();
}

test('series are written as prom-client writes them, whatever is in a label', async () => {
  const labels = ['a', '', 'a"b', 'a\\b', 'a\nb', '\\n"', 'ä,{}=', '\\'];
  const all = labels.map((room, i) => [{ namespace: 'live', room }, i / 3] as const);
  assert.equal(familyText(labelled, all), await written(labelled, all));
});

test('a family without labels and one without series are written as prom-client writes them', async () => {
  assert.equal(familyText(bare, [[{}, 7]]), await written(bare, [[{}, 7]]));
  assert.equal(familyText(labelled, []), await written(labelled, []));
});

test('what each family is for is written as prom-client writes it', async () => {
  for (const family of Object.values<Family>(operatorMetric).filter(({ type }) => type !== 'histogram'))
    assert.deepEqual(familyText(family, []).split('\n'), (await written(family, [])).split('\n').slice(0, 2));
});

test('a family that is made twice is an error, whoever writes it', () => {
  const read = (make: Families) => make.read(bare, () => []);
  const count = (make: Families) => make.counter(bare);
  for (const [one, other] of [
    [read, read],
    [read, count],
    [count, read],
  ] as const) {
    const make = families(new Registry());
    one(make);
    assert.throws(() => other(make), /things/);
  }
});
