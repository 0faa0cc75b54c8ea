import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client';
import type { Distribution } from '#server/media/counts.ts';
import { families } from '#server/metrics/families.ts';
import { readHistogram } from '#server/metrics/read-histogram.ts';

const family = {
  name: 'live_wait_seconds',
  type: 'histogram',
  help: 'How long it took.',
  labels: { side: ['in', 'out'] },
  buckets: [0.000_05, 0.5, 1],
} as const;

/** The text that a scrape would get of a family with these distributions. */
async function exposed(read: () => { readonly in: Distribution; readonly out: Distribution }, prefix = '') {
  const registry = new Registry<OpenMetricsContentType | PrometheusContentType>();
  readHistogram(families(registry, prefix), family, () => [
    [{ side: 'in' } as const, read().in],
    [{ side: 'out' } as const, read().out],
  ]);
  return { registry, text: async () => (await registry.metrics()).trimEnd().split('\n') };
}

const nothing: Distribution = { counts: [0, 0, 0, 0], sum: 0 };

test('a read histogram tells cumulative buckets, the sum, and the count, which is that of the last bucket', async () => {
  const { text } = await exposed(() => ({ in: { counts: [2, 0, 3, 1], sum: 5.5 }, out: nothing }));
  assert.deepEqual(await text(), [
    '# HELP live_wait_seconds How long it took.',
    '# TYPE live_wait_seconds histogram',
    'live_wait_seconds_bucket{le="0.00005",side="in"} 2',
    'live_wait_seconds_bucket{le="0.5",side="in"} 2',
    'live_wait_seconds_bucket{le="1",side="in"} 5',
    'live_wait_seconds_bucket{le="+Inf",side="in"} 6',
    'live_wait_seconds_sum{side="in"} 5.5',
    'live_wait_seconds_count{side="in"} 6',
    'live_wait_seconds_bucket{le="0.00005",side="out"} 0',
    'live_wait_seconds_bucket{le="0.5",side="out"} 0',
    'live_wait_seconds_bucket{le="1",side="out"} 0',
    'live_wait_seconds_bucket{le="+Inf",side="out"} 0',
    'live_wait_seconds_sum{side="out"} 0',
    'live_wait_seconds_count{side="out"} 0',
  ]);
});

test('each scrape reads anew', async () => {
  let at = nothing;
  const { text } = await exposed(() => ({ in: at, out: nothing }));
  assert.ok((await text()).includes('live_wait_seconds_count{side="in"} 0'));
  at = { counts: [0, 1, 0, 0], sum: 0.25 };
  assert.ok((await text()).includes('live_wait_seconds_count{side="in"} 1'));
});

test('it takes the prefix and the labels of all series as every family does, and its name but once', async () => {
  const { registry, text } = await exposed(() => ({ in: nothing, out: nothing }), 'acme_');
  registry.setDefaultLabels({ region: 'eu' });
  assert.ok((await text()).includes('acme_live_wait_seconds_count{region="eu",side="in"} 0'));
  assert.throws(() => readHistogram(families(registry, 'acme_'), family, () => []), /already been registered/);
});
