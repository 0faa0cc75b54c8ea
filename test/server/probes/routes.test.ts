import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { internalServer } from '#server/http/internal-server.ts';
import { jsonLog } from '#server/log.ts';
import { health } from '#server/probes/health.ts';
import { eventually } from '#test/harness/eventually.ts';
import { fakeClock } from '#test/server/fake-clock.ts';
import { running } from '#test/server/running.ts';

interface Verbose {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly critical: boolean;
    readonly durationSeconds: number;
    readonly reason?: string;
  }[];
}

const rooms = 'rooms: [{name: stage}]';

test('a server that works says ok, and with ?verbose what was looked at', async (t) => {
  const at = await running(rooms);
  t.after(at.stop);
  for (const path of ['/livez', '/readyz', '/healthz']) {
    const answer = await at.inside(path);
    assert.deepEqual([answer.status, await answer.text()], [200, 'ok'], path);
  }
  const looked = async (path: string) => (await (await at.inside(path)).json()) as Verbose;
  const [live, ready] = [await looked('/livez?verbose'), await looked('/readyz?verbose=true')];
  assert.deepEqual(
    live.checks.map(({ name, critical }) => [name, critical]),
    [
      ['main_loop', true],
      ['media_loop', true],
      ['memory', false],
      ['event_loop_lag', false],
    ],
  );
  assert.deepEqual(
    ready.checks.map(({ name, ok, critical }) => [name, ok, critical]),
    [
      ['udp_port', true, true],
      ['media_address', true, true],
    ],
  );
  assert.ok(live.ok && ready.ok);
  assert.ok(live.checks.every(({ durationSeconds }) => durationSeconds >= 0 && durationSeconds < 1));
  assert.equal(await at.metric('live_health_check_status{check="media_loop"}'), 1);
  assert.ok(((await at.metric('live_health_check_duration_seconds{check="media_loop"}')) ?? -1) >= 0);
});

test('a server is not ready until it knows the address of its media, and lives all the same', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-probes-'));
  const file = join(dir, 'media-address');
  const at = await running(rooms, { announce: { file } });
  t.after(async () => {
    await at.stop();
    await rm(dir, { recursive: true });
  });
  const answer = await at.inside('/readyz');
  assert.deepEqual([answer.status, await answer.text()], [503, 'media_address: the media address is not known yet']);
  assert.equal((await at.inside('/livez')).status, 200);
  assert.equal((await at.inside('/healthz')).status, 200);
  const told = at.log.find(({ check }) => check === 'media_address');
  assert.deepEqual([told?.['level'], told?.['message']], ['warn', 'a check fails']);
  await writeFile(file, '203.0.113.7:7000');
  await eventually('it is ready', async () => (await at.inside('/readyz')).ok);
  assert.ok(at.log.some(({ message, check }) => message === 'a check passes again' && check === 'media_address'));
});

test('a media thread that hangs fails liveness, not readiness, and the log says so', async (t) => {
  const clock = fakeClock();
  const lines: string[] = [];
  const checkup = health({
    log: jsonLog(
      'info',
      (line) => lines.push(line),
      () => new Date(0),
    ),
    clock,
    nowMs: clock.now,
    heartAgeMs: () => 0,
    pingMedia: () => new Promise(() => {}),
    hasMediaPort: () => true,
    hasMediaAddress: () => true,
    memory: () => ({ usedBytes: 1, limitBytes: 2 }),
    lagSeconds: () => 3,
  });
  const app = internalServer({
    checkup,
    stats: t.mock.fn(),
    viewers: t.mock.fn(),
    scrape: t.mock.fn(),
    turns: t.mock.fn(),
  });
  const asked = Promise.all(['/livez', '/readyz', '/livez?verbose'].map((url) => app.inject(url)));
  await eventually('the check waits', () => clock.pending() > 0);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  const [live, ready, verbose] = await asked;
  assert.deepEqual([live?.statusCode, live?.body], [503, 'media_loop: no answer within 1000 ms']);
  assert.equal(ready?.statusCode, 200);
  const { ok, checks } = verbose?.json<Verbose>() ?? {};
  assert.equal(ok, false);
  const faults = checks?.filter((check) => !check.ok).map(({ name, critical, reason }) => [name, critical, reason]);
  assert.deepEqual(faults, [
    ['media_loop', true, 'no answer within 1000 ms'],
    ['event_loop_lag', false, 'a turn of the main loop was 3.0 s late'],
  ]);
  assert.ok(lines.some((line) => line.includes('"check":"media_loop","reason":"no answer within 1000 ms"')));
});
