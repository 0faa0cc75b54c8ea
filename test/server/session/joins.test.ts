import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Meter, meterOf, type Step } from '#server/meter.ts';
import { connectionFailure, joinCounts } from '#server/session/joins.ts';
import { series } from '../series.ts';
import { metricsOf, seen, view } from '../statuses.ts';

const publisher = { role: 'publisher', room: 'events/keynote' } as const;
const offer = { route: 'whip', method: 'POST', room: 'events/keynote' } as const;
const after = { sinceAsked: 0.3, sinceAnswered: 0.2 };

/** A session that comes as far as `last`, and ends for that reason. */
function session(meter: Meter, last: Step, reason: Parameters<Meter['ended']>[1]['reason']) {
  meter.asked(offer);
  meter.answered(offer, { status: 201, seconds: 0.1 });
  for (const step of ['IceConnected', 'DtlsConnected', 'Media', 'FirstFrame'] as const) {
    if (last === 'Answered') break;
    meter.reached(publisher, step, after);
    if (step === last) break;
  }
  meter.ended(publisher, { reason, last, seconds: 60 });
}

for (const [last, reason, states, failure] of [
  ['Answered', 'HandshakeTimeout', ['Failed'], 'Timeout'],
  ['Answered', 'Deleted', ['Canceled'], undefined],
  ['IceConnected', 'FingerprintMismatch', ['IceConnected', 'Failed'], 'DtlsFailed'],
  ['IceConnected', 'HandshakeTimeout', ['IceConnected', 'Failed'], 'DtlsFailed'],
  ['DtlsConnected', 'Silent', ['IceConnected', 'DtlsConnected', 'Failed'], 'Disconnected'],
  ['DtlsConnected', 'PublisherGone', ['IceConnected', 'DtlsConnected', 'Canceled'], undefined],
  ['Media', 'Silent', ['IceConnected', 'DtlsConnected', 'Media'], 'Disconnected'],
  ['FirstFrame', 'Deleted', ['IceConnected', 'DtlsConnected', 'Media'], undefined],
] as const)
  test(`a session that came to ${last} and ended by ${reason} was ${states.join(', ')}`, () => {
    const { counts, clients, listener } = joinCounts();
    session(meterOf([listener]), last, reason);
    assert.deepEqual(clients(), {
      connected: last === 'Answered' || last === 'IceConnected' ? 0 : 1,
      unreached: failure === 'Timeout' ? 1 : 0,
    });
    const counted = Object.entries(counts.publisher).filter(([, count]) => count > 0);
    assert.deepEqual(new Set(counted.map(([state]) => state)), new Set(['Received', 'Answered', ...states]));
    assert.ok(counted.every(([, count]) => count === 1));
    assert.equal(connectionFailure(reason, last), failure);
  });

test('who is received is either answered or rejected, and other requests are no joins', () => {
  const { counts, listener } = joinCounts();
  const meter = meterOf([listener]);
  for (const status of [201, 401, 409]) {
    meter.asked({ route: 'whep', method: 'POST' });
    meter.answered({ route: 'whep', method: 'POST' }, { status, seconds: 0 });
  }
  for (const request of [
    { route: 'whep', method: 'GET' },
    { route: 'whep_session', method: 'POST' },
    { route: 'player', method: 'POST' },
  ] as const) {
    meter.asked(request);
    meter.answered(request, { status: 200, seconds: 0 });
  }
  const { Received, Answered, Rejected } = counts.subscriber;
  assert.deepEqual([Received, Answered, Rejected], [3, 1, 2]);
  assert.ok(Object.values(counts.publisher).every((count) => count === 0));
});

test('times are told where they belong: the answer, ICE, media, the first frame, the end', async () => {
  const { meter, scrape } = metricsOf(() => seen([view('keynote')]));
  session(meter, 'FirstFrame', 'Deleted');
  session(meter, 'Answered', 'HandshakeTimeout');
  const told = series((await scrape('text')).body, /_sum\{client="publisher"/);
  assert.deepEqual(Object.fromEntries(Object.entries(told).filter(([, value]) => value > 0)), {
    'live_session_duration_seconds_sum{client="publisher",reason="Deleted"}': 60,
    'live_session_duration_seconds_sum{client="publisher",reason="HandshakeTimeout"}': 60,
    'live_ice_establishment_duration_seconds_sum{client="publisher",room="keynote",result="connected"}': 0.2,
    'live_ice_establishment_duration_seconds_sum{client="publisher",room="keynote",result="failed"}': 60,
    'live_session_join_seconds_sum{client="publisher"}': 0.2,
    'live_session_start_seconds_sum{client="publisher"}': 0.3,
    'live_time_to_first_frame_seconds_sum{client="publisher"}': 0.3,
  });
});

test('what was done and what failed is counted by operation', async () => {
  const { meter, scrape } = metricsOf(() => seen([]));
  session(meter, 'FirstFrame', 'Deleted');
  session(meter, 'Answered', 'HandshakeTimeout');
  session(meter, 'IceConnected', 'BadSignature');
  meter.answered(offer, { status: 422, seconds: 0 });
  meter.answered(offer, { status: 409, seconds: 0 });
  meter.answered(offer, { status: 500, seconds: 0 });
  assert.deepEqual(
    Object.values(series((await scrape('text')).body, /^live_operations/)),
    [3, 1, 3, 1, 2, 1, 1, 1, 1, 2],
  );
});
