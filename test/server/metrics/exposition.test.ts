import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Counter, Gauge, Histogram } from 'prom-client';
import { scrapeFormat } from '#server/http/scrape-format.ts';
import { exposition, metricsRegistry } from '#server/metrics/exposition.ts';
import { readExposition } from '../exposition.ts';

/** As Prometheus 3 asks. */
const prometheus =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

for (const [accept, format] of [
  [prometheus, 'openMetrics'],
  ['application/openmetrics-text', 'openMetrics'],
  ['text/plain;q=0.9, application/openmetrics-text;q=0.8', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
  ['*/*', 'text'],
  [undefined, 'text'],
  ['application/openmetrics-text;q=nonsense', 'text'],
] as const)
  test(`who accepts ${accept} gets ${format}`, () => assert.equal(scrapeFormat(accept), format));

/** A registry's exposition, with a hand on the clock and on how long the look before takes. */
function arranged(before: () => Promise<void> = async () => undefined) {
  const registry = metricsRegistry();
  const registers = [registry];
  const failures: unknown[] = [];
  let nowMs = 0;
  let looks = 0;
  const scrape = exposition(registry, {
    constLabels: { cluster: 'east' },
    before: () => {
      looks += 1;
      return before();
    },
    after: () => undefined,
    onFailure: (error) => failures.push(error),
    nowMs: () => nowMs,
    reuseMs: 250,
  });
  return {
    registers,
    scrape,
    failures,
    looks: () => looks,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('both formats', () => {
  test('are valid, turn by turn, and tell the same', async () => {
    const { registers, scrape, pass } = arranged();
    new Counter({ name: 'things_total', help: 'Things.', labelNames: ['kind'], registers }).inc(
      { kind: 'a"b\\c\nd' },
      3,
    );
    new Gauge({ name: 'level', help: 'A level\nof two lines.', registers }).set(0.5);
    new Histogram({ name: 'time_seconds', help: 'Time.', buckets: [1, 2], registers }).observe(1.5);
    for (const format of ['text', 'openMetrics', 'text', 'openMetrics'] as const) {
      pass(1000);
      const { contentType, body } = await scrape(format);
      assert.match(
        contentType,
        format === 'text' ? /^text\/plain; version=0\.0\.4/ : /^application\/openmetrics-text; version=1\.0\.0/,
      );
      const families = readExposition(body, format);
      const counter = families.get(format === 'text' ? 'things_total' : 'things');
      assert.deepEqual(counter?.samples, [
        { name: 'things_total', labels: { kind: 'a\\"b\\\\c\\nd', cluster: 'east' }, value: 3 },
      ]);
      assert.deepEqual(
        families.get('time_seconds')?.samples.map(({ value }) => value),
        [0, 1, 1, 1.5, 1],
      );
    }
  });

  test('exemplars are told in OpenMetrics, where there are such, and left out of the text', async () => {
    const { registers, scrape } = arranged();
    const counter = new Counter({ name: 'joins_total', help: 'Joins.', registers, enableExemplars: true });
    counter.inc({ value: 1, exemplarLabels: { trace_id: 'abc' } });
    const [sample] = readExposition((await scrape('openMetrics')).body, 'openMetrics').get('joins')?.samples ?? [];
    assert.match(sample?.exemplar ?? '', /^ # \{trace_id="abc"\} 1 \d+(\.\d+)?$/);
    const [plain] = readExposition((await scrape('text')).body, 'text').get('joins_total')?.samples ?? [];
    assert.deepEqual(plain, { name: 'joins_total', labels: { cluster: 'east' }, value: 1 });
    // A metric with exemplars can still be made.
    new Counter({ name: 'later_total', help: 'Later.', registers, enableExemplars: true });
  });

  test('a family that cannot be read is left out, counted, and does not take the others with it', async () => {
    const { registers, scrape, failures } = arranged();
    const broken = () => {
      throw new Error('broken');
    };
    new Gauge({ name: 'broken', help: 'Broken.', registers, collect: broken });
    new Gauge({ name: 'whole', help: 'Whole.', registers });
    const families = readExposition((await scrape('openMetrics')).body, 'openMetrics');
    assert.deepEqual([...families.keys()], ['whole']);
    assert.equal(failures.length, 1);
  });
});

describe('a flood of scrapes', () => {
  test('makes one text of each format, which all are given', async () => {
    const { scrape, looks } = arranged();
    const texts = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => scrape(i % 2 === 0 ? 'text' : 'openMetrics')),
    );
    assert.equal(new Set(texts).size, 2);
    assert.equal(looks(), 2);
  });

  test('gets a text again for 250 ms, and a new one after that', async () => {
    const { scrape, looks, pass } = arranged();
    const first = await scrape('text');
    pass(249);
    assert.equal(await scrape('text'), first);
    pass(1);
    assert.notEqual(await scrape('text'), first);
    assert.equal(looks(), 2);
  });

  test('waits together for a look that takes long, and goes on after one that fails', async () => {
    let look = Promise.withResolvers<void>();
    const { scrape, looks, pass } = arranged(() => look.promise);
    const waiting = [scrape('text'), scrape('text')];
    pass(60_000);
    waiting.push(scrape('text'));
    look.reject(new Error('no status'));
    for (const each of waiting) await assert.rejects(each, /no status/);
    assert.equal(looks(), 1);
    look = Promise.withResolvers<void>();
    look.resolve();
    pass(1000);
    assert.equal((await scrape('text')).body, '\n');
  });
});
