import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpMetric } from '#crds/http-metrics.ts';
import { clients, kinds } from '#crds/metric-family.ts';
import { seriesBudget, statusCodes } from '#crds/series-budget.ts';
import { sessionMetric } from '#crds/session-metrics.ts';
import { noCounters } from '#server/media/counts.ts';
import type { Meter } from '#server/meter.ts';
import { series } from '../series.ts';
import { metricsOf, seen, snapshot, view } from '../statuses.ts';

const names = Array.from({ length: 200 }, (_, i) => `room-${i}`);
const { pod, perRoom } = seriesBudget();
const told = async (at: ReturnType<typeof metricsOf>) => series((await at.scrape('text')).body, /^/);

/** Tells of all that can happen in a room. */
function everything(meter: Meter, name: string) {
  const room = `events/${name}`;
  for (const route of httpMetric.httpRequests.labels.route)
    for (const method of httpMetric.httpRequests.labels.method)
      for (const status of statusCodes) meter.answered({ route, method, room }, { status, seconds: 0.1 });
  for (const role of clients) {
    meter.reached({ role, room }, 'IceConnected', { sinceAsked: 0.2, sinceAnswered: 0.1 });
    for (const reason of sessionMetric.sessionDuration.labels.reason)
      for (const last of ['Answered', 'IceConnected', 'DtlsConnected', 'Media', 'FirstFrame'] as const)
        meter.ended({ role, room }, { reason, last, seconds: 1 });
  }
  for (const kind of kinds) meter.codecMissing(room, kind);
  meter.roomFull(room);
}

test('200 rooms in which everything has happened keep the budget', async () => {
  const rooms = Object.fromEntries(names.map((name) => [`events/${name}`, noCounters()]));
  const at = metricsOf(() =>
    seen(
      names.map((name) => view(name)),
      snapshot({ rooms }),
    ),
  );
  for (const name of names) everything(at.meter, name);
  const count = Object.keys(await told(at)).length;
  const most = pod + names.length * perRoom;
  assert.ok(count <= most, `${count} series, and the budget is ${most}`);
  const ofOne = Object.keys(await told(at)).filter((name) => name.includes('room="room-7"')).length;
  assert.ok(ofOne <= perRoom && ofOne > 0.9 * perRoom, `${ofOne} of ${perRoom}: the formula is what is true`);
});

test('200 idle rooms have a seventh of it', async () => {
  const at = metricsOf(() => seen(names.map((name) => view(name))));
  const count = Object.keys(await told(at)).length;
  assert.ok(count < (pod + names.length * perRoom) / 7, `${count} series`);
});

test('rooms that come and go leave nothing behind', async () => {
  let there: readonly string[] = [];
  const at = metricsOf(() => seen(there.map((name) => view(name))));
  const before = Object.keys(await told(at)).filter((name) => name.includes('room='));
  for (const name of names.slice(0, 20)) {
    there = [name];
    everything(at.meter, name);
    await told(at);
  }
  there = [];
  await told(at);
  assert.deepEqual(
    Object.keys(await told(at)).filter((name) => name.includes('room=')),
    before,
  );
});
