import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { requestsByKind, scrapeOf } from './scrape.ts';

const { sum } = scrapeOf(`# HELP asked_total Requests.
# TYPE asked_total counter
asked_total{code="200",method="GET"} 3
asked_total{code="201",method="POST"} 4
# HELP asked_total_more Others.
# TYPE asked_total_more gauge
asked_total_more 100
# HELP none_total Nothing so far.
# TYPE none_total counter
`);

test('the series of a family are summed up, and those of another whose name begins alike are not', () => {
  assert.equal(sum('asked_total'), 7);
  assert.equal(sum('asked_total', /method="GET"/), 3);
  assert.equal(sum('asked_total_more'), 100);
});

test('a family without a series is 0, and one that is not there an error', () => {
  assert.equal(sum('none_total'), 0);
  assert.throws(() => sum('asked'), /no metric asked$/);
});

test('requests by kind add up to all that were made in between, whatever their answers', () => {
  const { name } = operatorMetric.apiRequests;
  const requests = (...series: readonly string[]) =>
    scrapeOf(`# TYPE ${name} counter\n${series.map((one) => `${name}{${one}\n`).join('')}`);
  const before = requests('code="200",method="GET",host="a"} 3', 'code="201",method="POST",host="a"} 4');
  const after = requests(
    'code="200",method="GET",host="a"} 3',
    'code="201",method="POST",host="a"} 6',
    'code="503",method="POST",host="a"} 1',
    'code="422",method="PATCH",host="a"} 2',
    'code="<error>",method="PATCH",host="a"} 1',
  );
  const byKind = requestsByKind(before, after);
  assert.deepEqual(byKind, { 'POST 201': 2, 'POST 503': 1, 'PATCH 422': 2, 'PATCH <error>': 1 });
});
