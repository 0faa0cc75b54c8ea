import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { startTracing } from '#tracing/start.ts';
import { receiver } from './receiver.ts';

test('a collector that takes spans and never answers holds up an end for 5 s and no longer, and the log says so', async (t) => {
  const collector = await receiver({ hangs: true });
  t.after(collector.stop);
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.grpcURL;
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
  const said: string[] = [];
  const say = (message: string, fields: object) => said.push(`${message}: ${JSON.stringify(fields)}`);
  const { tracer, stop } = await startTracing({
    env: process.env,
    service: 'live-sfu',
    log: { warn: say, error: say },
  });
  tracer.start('sent', {}).end();
  await eventually('the collector has it', () => collector.spans.length > 0);
  tracer.start('left', {}).end();

  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isOver = false;
  const stopped = stop().then(() => {
    isOver = true;
  });
  t.mock.timers.tick(4999);
  await setImmediate();
  assert.equal(isOver, false);
  t.mock.timers.tick(1);
  await stopped;
  assert.deepEqual(said, ['spans could not be sent: {"error":"the last ones were not taken within 5000 ms"}']);
});
