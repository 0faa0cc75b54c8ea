import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Counter, Gauge } from 'prom-client';
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

test('a metric of theirs that cannot be read is told in the log, once, and takes no other with it', async () => {
  const lines: string[] = [];
  const started = await start({
    args: [roomsFile, ...anyPort, '--log-level', 'error'],
    env: {},
    stdout: () => undefined,
    stderr: (line) => lines.push(line),
    onFatal: () => assert.fail('media failed'),
    onMetrics: (registry) => {
      const collect = () => {
        throw new Error('sold out');
      };
      new Gauge({ name: 'acme_seats', help: 'Seats.', registers: [registry], collect });
    },
  });
  assert.ok(started);
  const { server } = started;
  const page = async (accept: string) =>
    (await fetch(`http://127.0.0.1:${server.local.internal.port}/metrics`, { headers: { accept } })).text();
  await page('text/plain');
  const text = await page('application/openmetrics-text');
  await server.close();
  assert.match(text, /live_rooms 0/);
  assert.equal(lines.length, 1, lines.join(''));
  const { level, message, family, error } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([level, message, family], ['error', 'a metric cannot be read', 'acme_seats']);
  assert.match(error, /^Error: sold out/);
});
