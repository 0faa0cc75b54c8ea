/** What the meter is told, and where it is counted: each event another number of times, so that no two can be mistaken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sfuAlertGroups } from '#operator/build/alerts/groups.ts';
import type { Method, Route } from '#server/meter.ts';
import { series } from '../series.ts';
import { metricsOf, seen, view } from '../statuses.ts';

const room = 'events/a';

/** A pod with one room, and what it exports of these names. */
function counted() {
  const { meter, scrape } = metricsOf(() => seen([view('a')]));
  const told = async (names: RegExp) => series((await scrape('text')).body, names);
  return { meter, told, rising: async (names: RegExp) => above0(await told(names)) };
}
const above0 = (of: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value > 0));

const times = (count: number, event: () => void) => {
  for (let i = 0; i < count; i++) event();
};

test('requests, with how long they took', async () => {
  const { meter, rising } = counted();
  const answered = (count: number, route: Route, method: Method, status: number, seconds: number) =>
    times(count, () => meter.answered({ route, method, room }, { status, seconds }));
  answered(1, 'whip', 'POST', 201, 10);
  answered(2, 'whip_session', 'DELETE', 200, 11);
  answered(4, 'whep', 'POST', 409, 12);
  answered(8, 'whep_session', 'PATCH', 204, 13);
  answered(16, 'player', 'GET', 200, 14);
  assert.deepEqual(await rising(/^live_(http|whip|whep|session_join_seconds)\w*(_total|_sum)\{/), {
    'live_session_join_seconds_sum{client="publisher"}': 10,
    'live_http_requests_total{route="whip",method="POST",code="201"}': 1,
    'live_http_requests_total{route="whip_session",method="DELETE",code="200"}': 2,
    'live_http_requests_total{route="whep",method="POST",code="409"}': 4,
    'live_http_requests_total{route="whep_session",method="PATCH",code="204"}': 8,
    'live_http_requests_total{route="player",method="GET",code="200"}': 16,
    'live_http_request_duration_seconds_sum{route="whip",method="POST"}': 10,
    'live_http_request_duration_seconds_sum{route="whip_session",method="DELETE"}': 22,
    'live_http_request_duration_seconds_sum{route="whep",method="POST"}': 48,
    'live_http_request_duration_seconds_sum{route="whep_session",method="PATCH"}': 104,
    'live_http_request_duration_seconds_sum{route="player",method="GET"}': 224,
    'live_whip_requests_total{method="POST",code="201",room="a"}': 1,
    'live_whip_requests_total{method="DELETE",code="200",room="a"}': 2,
    'live_whep_requests_total{method="POST",code="409",room="a"}': 4,
    'live_whep_requests_total{method="PATCH",code="204",room="a"}': 8,
    'live_whip_request_duration_seconds_sum{method="POST",room="a"}': 10,
    'live_whip_request_duration_seconds_sum{method="DELETE",room="a"}': 22,
    'live_whep_request_duration_seconds_sum{method="POST",room="a"}': 48,
    'live_whep_request_duration_seconds_sum{method="PATCH",room="a"}': 104,
  });
});

test('signalling messages: understood or not when they come, a success or not when they are answered', async () => {
  const { meter, rising } = counted();
  const answered = (count: number, route: Route, status: number) =>
    times(count, () => meter.answered({ route, method: 'POST', room }, { status, seconds: 0 }));
  answered(1, 'whip', 201);
  answered(2, 'whip', 400);
  answered(4, 'whip', 401);
  answered(8, 'whep', 201);
  answered(16, 'whep', 415);
  answered(32, 'whep', 409);
  assert.deepEqual(await rising(/^live_signal_messages_total/), {
    'live_signal_messages_total{protocol="whip",direction="in",status="success"}': 1 + 4,
    'live_signal_messages_total{protocol="whip",direction="in",status="failure"}': 2,
    'live_signal_messages_total{protocol="whip",direction="out",status="success"}': 1,
    'live_signal_messages_total{protocol="whip",direction="out",status="failure"}': 2 + 4,
    'live_signal_messages_total{protocol="whep",direction="in",status="success"}': 8 + 32,
    'live_signal_messages_total{protocol="whep",direction="in",status="failure"}': 16,
    'live_signal_messages_total{protocol="whep",direction="out",status="success"}': 8,
    'live_signal_messages_total{protocol="whep",direction="out",status="failure"}': 16 + 32,
  });
});

test('connections that failed, by how far they had come, and how long ICE took', async () => {
  const { meter, rising } = counted();
  const fail = (role: 'publisher' | 'subscriber', counts: readonly [number, number, number], seconds: number) => {
    const session = { role, room };
    times(counts[0], () => meter.ended(session, { reason: 'HandshakeTimeout', last: 'Answered', seconds }));
    times(counts[1], () => meter.ended(session, { reason: 'HandshakeFailed', last: 'IceConnected', seconds: 99 }));
    times(counts[2], () => meter.ended(session, { reason: 'Silent', last: 'Media', seconds: 99 }));
    meter.reached(session, 'IceConnected', { sinceAsked: 99, sinceAnswered: seconds + 1 });
    meter.ended(session, { reason: 'Deleted', last: 'Media', seconds: 99 });
  };
  fail('publisher', [1, 2, 4], 10);
  fail('subscriber', [8, 16, 32], 20);
  assert.deepEqual(await rising(/^live_ice_(failures_total|\w+_sum)/), {
    'live_ice_establishment_duration_seconds_sum{client="publisher",room="a",result="failed"}': 10,
    'live_ice_establishment_duration_seconds_sum{client="publisher",room="a",result="connected"}': 11,
    'live_ice_establishment_duration_seconds_sum{client="subscriber",room="a",result="failed"}': 160,
    'live_ice_establishment_duration_seconds_sum{client="subscriber",room="a",result="connected"}': 21,
    'live_ice_failures_total{client="publisher",room="a",reason="Timeout"}': 1,
    'live_ice_failures_total{client="publisher",room="a",reason="DtlsFailed"}': 2,
    'live_ice_failures_total{client="publisher",room="a",reason="Disconnected"}': 4,
    'live_ice_failures_total{client="subscriber",room="a",reason="Timeout"}': 8,
    'live_ice_failures_total{client="subscriber",room="a",reason="DtlsFailed"}': 16,
    'live_ice_failures_total{client="subscriber",room="a",reason="Disconnected"}': 32,
  });
});

test('a client’s answer begins the times of its ICE at zero, and takes away none that were told before', async () => {
  const { meter, told } = counted();
  const counts = /^live_ice_establishment_duration_seconds_count/;
  const count = (client: string) =>
    `live_ice_establishment_duration_seconds_count{client="${client}",room="a",result="connected"}`;
  assert.deepEqual(await told(counts), {});
  for (const connected of [0, 1, 2]) {
    meter.answered({ route: 'whep', method: 'POST', room }, { status: 201, seconds: 0 });
    assert.deepEqual(await told(counts), { [count('publisher')]: 0, [count('subscriber')]: connected });
    meter.reached({ role: 'subscriber', room }, 'IceConnected', { sinceAsked: 1, sinceAnswered: 1 });
  }
});

/** `name{label="value", other=~"regular expression"}` */
const selectors = (expr: string) =>
  [...expr.matchAll(/\b(live_\w+)\{(.*?)\}/g)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)(=~?)"(.*?)"/g)].map(([, label = '', how, wanted = '']) => ({
      label,
      fits: (value: string) => (how === '=~' ? new RegExp(`^(${wanted})$`).test(value) : value === wanted),
    })),
  }));

test('whatever an alert asks for is there, at zero, once a room has had its first client', async () => {
  const { meter, told } = counted();
  meter.answered({ route: 'whep', method: 'POST', room }, { status: 201, seconds: 0 });
  const names = Object.keys(await told(/^live_/));
  const isThere = ({ name, labels }: ReturnType<typeof selectors>[number]) =>
    names.some(
      (line) =>
        line.replace(/\{.*/, '') === name &&
        labels.every(({ label, fits }) => fits(new RegExp(`[{,]${label}="(.*?)"`).exec(line)?.[1] ?? '')),
    );
  for (const { name, expr } of sfuAlertGroups('').flatMap(({ alerts }) => alerts))
    for (const asked of selectors(expr)) assert.ok(isThere(asked), `${name}: ${asked.name} ${expr}`);
});
