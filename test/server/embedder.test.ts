import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Counter, Gauge } from 'prom-client';
import { serverMetric } from '#crds/metrics.ts';
import { start } from '#server/start.ts';
import { eventually } from '#test/harness/eventually.ts';
import { readExposition } from './exposition.ts';
import { udpClient } from './udp-client.ts';

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

test('whoever embeds the server hears of rooms and sessions, counts them, and stops nobody by an error', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-embedder-'));
  const file = join(dir, 'rooms.yaml');
  await writeFile(file, 'rooms: [{name: stage, publish: {auth: {mode: None}}}]');
  const lines: string[] = [];
  const heard: string[] = [];
  const seats = new Counter({ name: 'acme_seats_total', help: 'Seats taken.', labelNames: ['role'], registers: [] });
  const started = await start({
    args: [file, ...anyPort, '--log-level', 'error'],
    env: {},
    stdout: () => undefined,
    stderr: (line) => lines.push(line),
    onFatal: () => assert.fail('media failed'),
    onMetrics: (registry) => registry.registerMetric(seats),
    listener: {
      roomEntered: (room) => heard.push(`${room} begins`),
      opened: (session) => {
        heard.push(`${JSON.stringify(session)} begins`);
        seats.inc({ role: session.role });
        throw new Error('sold out');
      },
      reached: async ({ role }, step) => {
        heard.push(`${role} ${step}`);
        if (step === 'DtlsConnected') throw new Error('too loud');
      },
      ended: ({ role }, { reason }) => heard.push(`${role} ${reason}`),
      roomLeft: (room) => heard.push(`${room} ends`),
    },
  });
  assert.ok(started);
  const { http, internal } = started.server.local;
  const at = { fetch: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${http.port}${path}`, init) };
  const publisher = await udpClient(at, '/default/stage/whip');
  await eventually('the publisher is connected', () => heard.includes('publisher DtlsConnected'));
  await at.fetch(publisher.location, { method: 'DELETE' });
  publisher.stop();
  const page = await (await fetch(`http://127.0.0.1:${internal.port}/metrics`)).text();
  await started.server.close();
  await rm(dir, { recursive: true });

  assert.deepEqual(heard, [
    'default/stage begins',
    '{"role":"publisher","room":"default/stage"} begins',
    'publisher IceConnected',
    'publisher DtlsConnected',
    'publisher Deleted',
    'default/stage ends',
  ]);
  assert.deepEqual(readExposition(page, 'text').get('acme_seats_total')?.samples, [
    { name: 'acme_seats_total', labels: { role: 'publisher' }, value: 1 },
  ]);
  const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
  assert.deepEqual(
    errors.map(({ message, error }) => [message, String(error).split('\n')[0]]),
    [
      ['a listener failed', 'Error: sold out'],
      ['a listener failed', 'Error: too loud'],
    ],
  );
});
