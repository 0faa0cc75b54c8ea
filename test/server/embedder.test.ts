import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Counter } from 'prom-client';
import { serverMetric } from '#crds/metrics.ts';
import { start } from '#server/start.ts';
import { readExposition } from './exposition.ts';

const roomsFile = join(import.meta.dirname, '../../docs/examples/rooms.yaml');
const anyPort = ['--http', '--internal', '--media'].flatMap((option) => [option, '127.0.0.1:0']);

test('whoever embeds the server puts metrics of their own beside ours, on the same page and with the same labels', async () => {
  let calls = 0;
  const started = await start({
    args: [roomsFile, ...anyPort, '--metrics-labels', 'team=video', '--log-level', 'error'],
    env: {},
    stdout: () => undefined,
    stderr: (line) => assert.fail(line),
    onFatal: () => assert.fail('media failed'),
    onMetrics: (registry) => {
      calls += 1;
      new Counter({ name: 'acme_tickets_total', help: 'Tickets sold.', registers: [registry] }).inc(3);
    },
  });
  assert.ok(started);
  const { server } = started;
  const page = async () =>
    readExposition(await (await fetch(`http://127.0.0.1:${server.local.internal.port}/metrics`)).text(), 'text');
  await page();
  const families = await page();
  await server.close();
  assert.equal(calls, 1);
  assert.deepEqual(families.get('acme_tickets_total')?.samples, [
    { name: 'acme_tickets_total', labels: { team: 'video' }, value: 3 },
  ]);
  assert.ok(families.has(serverMetric.rooms.name));
});
