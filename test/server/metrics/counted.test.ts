import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Metric, Registry } from 'prom-client';
import { exposition, metricsRegistry } from '#server/metrics/exposition.ts';
import { families } from '#server/metrics/families.ts';

const joins = {
  name: 'live_joins_total',
  type: 'counter',
  help: 'Joins.',
  labels: { room: 'Rooms', code: ['200', '500'] },
} as const;
const wait = {
  name: 'live_wait_seconds',
  type: 'histogram',
  help: 'Wait.',
  labels: { room: 'Rooms' },
  buckets: [0.5, 1],
} as const;
const failures = { name: 'live_failures_total', type: 'counter', help: 'Failures.', labels: {} } as const;

/** Families as the server makes them, and the samples that a scrape would tell of them. */
function made() {
  const registry = metricsRegistry();
  const scrape = exposition(registry, {
    constLabels: {},
    before: async () => undefined,
    after: () => undefined,
    onFailure: (error) => assert.fail(String(error)),
    nowMs: () => 0,
    reuseMs: 0,
  });
  const text = async () => (await scrape('text')).body.split('\n').filter((line) => line.startsWith('live_'));
  return { make: families(registry), text, registry };
}

test('a counter tells what was counted of each series, which labels in another order are the same of', async () => {
  const { make, text } = made();
  const counter = make.counter(joins);
  counter.inc({ room: 'a', code: '200' });
  counter.inc({ code: '200', room: 'a' }, 2);
  counter.inc({ room: 'b', code: '500' }, 0);
  assert.deepEqual(await text(), [
    'live_joins_total{room="a",code="200"} 3',
    'live_joins_total{room="b",code="500"} 0',
  ]);
});

test('a value is in the first bucket whose bound it does not pass, and in all that follow', async () => {
  const { make, text } = made();
  const histogram = make.histogram(wait);
  for (const seconds of [0.5, 0.75, 3]) histogram.observe({ room: 'a' }, seconds);
  assert.deepEqual(await text(), [
    'live_wait_seconds_bucket{le="0.5",room="a"} 1',
    'live_wait_seconds_bucket{le="1",room="a"} 2',
    'live_wait_seconds_bucket{le="+Inf",room="a"} 3',
    'live_wait_seconds_sum{room="a"} 4.25',
    'live_wait_seconds_count{room="a"} 3',
  ]);
});

test('a family without labels has its series before anything was counted', async () => {
  const { make, text } = made();
  make.counter(failures);
  assert.deepEqual(await text(), ['live_failures_total 0']);
});

test("a room's series begin once, at what was counted already, and go with the room", async () => {
  const { make, text } = made();
  const counter = make.counter(joins);
  const begin = () =>
    counter.begin('a', () => [
      { room: 'a', code: '200' },
      { room: 'a', code: '500' },
    ]);
  counter.inc({ room: '', code: '500' });
  counter.inc({ room: 'a', code: '500' });
  begin();
  begin();
  const withRoom = [
    'live_joins_total{room="",code="500"} 1',
    'live_joins_total{room="a",code="500"} 1',
    'live_joins_total{room="a",code="200"} 0',
  ];
  assert.deepEqual(await text(), withRoom);
  make.keepOnly(new Set(['b']));
  assert.deepEqual(await text(), withRoom.slice(0, 1));
  begin();
  assert.equal((await text()).length, 3);
});

test('what is counted elsewhere is read when somebody asks, and not added to what was read before', async () => {
  const { make, text } = made();
  make.counter(joins, (counter) => {
    counter.reset();
    counter.inc({ room: 'a', code: '200' }, 7);
  });
  await text();
  assert.deepEqual(await text(), ['live_joins_total{room="a",code="200"} 7']);
});

test('what is no number is refused, and spoils no sum', async () => {
  const { make, text } = made();
  const histogram = make.histogram(wait);
  const counter = make.counter(failures);
  histogram.observe({ room: 'a' }, 3);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => histogram.observe({ room: 'a' }, value), /live_wait_seconds cannot count/);
  for (const by of [Number.NaN, -1]) assert.throws(() => counter.inc({}, by), /live_failures_total cannot count/);
  const lines = await text();
  assert.ok(lines.includes('live_wait_seconds_sum{room="a"} 3'));
  assert.ok(lines.includes('live_wait_seconds_count{room="a"} 1'));
  assert.ok(lines.includes('live_failures_total 0'));
});

test("a room's series begin anew after all was reset", async () => {
  const { make, text } = made();
  make.counter(joins, (counter) => {
    counter.reset();
    counter.begin('a', () => [{ room: 'a', code: '200' }]);
  });
  await text();
  assert.deepEqual(await text(), ['live_joins_total{room="a",code="200"} 0']);
});

test('what counts is told what there is to count, and nothing else', () => {
  const { make } = made();
  assert.deepEqual(Object.keys(make.counter(joins)).sort(), ['begin', 'inc', 'keepOnly', 'reset']);
  assert.deepEqual(Object.keys(make.histogram(wait)).sort(), ['begin', 'keepOnly', 'observe', 'zero']);
});

test('an embedder who wants JSON of the registry gets it of both', async () => {
  const { make, registry } = made();
  make.counter(joins).inc({ room: 'a', code: '200' });
  make.histogram(wait).observe({ room: 'a' }, 1);
  const [counter, histogram] = (await registry.getMetricsAsJSON()) as unknown as { name: string; values: unknown[] }[];
  assert.equal(counter?.name, joins.name);
  assert.deepEqual(counter?.values, [{ labels: { room: 'a', code: '200' }, value: 1 }]);
  assert.equal(histogram?.values.length, 5);
});

test('an embedder who wants text of the registry gets it in the format that they ask for, and the scrape stays as it was', async () => {
  const { make, registry, text } = made();
  make.counter(joins).inc({ room: 'a', code: '200' });
  const sample = 'live_joins_total{room="a",code="200"} 1';
  const inOpenMetrics = `# HELP live_joins Joins.\n# TYPE live_joins counter\n${sample}`;
  const inText = `# HELP live_joins_total Joins.\n# TYPE live_joins_total counter\n${sample}`;
  assert.equal(await registry.getSingleMetricAsString(joins.name), inOpenMetrics);
  assert.equal(await registry.metrics(), `${inOpenMetrics}\n# EOF\n`);
  assert.deepEqual(await text(), [sample]);
  registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
  assert.equal(await registry.getSingleMetricAsString(joins.name), inText);
  assert.equal(await registry.metrics(), `${inText}\n`);
});

test('an embedder can reset what the server counts, and hears that they cannot count it', async () => {
  const { make, registry, text } = made();
  make.counter(joins).inc({ room: 'a', code: '200' });
  make.counter(failures).inc({});
  make.histogram(wait).observe({ room: 'a' }, 1);
  for (const [name, verbs] of [
    [joins.name, ['inc', 'labels', 'remove']],
    [wait.name, ['observe', 'zero', 'startTimer', 'labels', 'remove']],
  ] as const) {
    const metric = registry.getSingleMetric(name) as Metric & Record<string, (...args: unknown[]) => unknown>;
    for (const verb of verbs)
      assert.throws(() => metric[verb]?.({ room: 'a' }, 1), new RegExp(`${name} is counted by the server`));
  }
  assert.equal((await text()).length, 7);
  registry.resetMetrics();
  assert.deepEqual(await text(), ['live_failures_total 0']);
});
