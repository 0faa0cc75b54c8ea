import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operatorMetric, type WatchedKind } from '#crds/operator-metrics.ts';
import { conditions } from '#operator/decide/conditions.ts';
import type { Seen } from '#operator/decide/seen.ts';
import { report } from '#operator/decide/status.ts';
import { unbegun } from '#operator/decide/unbegun.ts';
import { aCondition, aPod, nowMs, seenRoom, storedRoom } from '../objects.ts';

const words = (kind: WatchedKind) => `watch: ${kind} is forbidden: User "liveroom" cannot watch resource "${kind}"`;
const withoutSight = (...kinds: readonly WatchedKind[]): Partial<Seen> => ({
  unseen: new Map(kinds.map((kind) => [kind, words(kind)])),
});

/** `Type=Status/Reason` of the conditions whose message has the words. */
const namedBy = (kind: WatchedKind, traits: Partial<Seen> = {}): readonly string[] =>
  conditions(seenRoom({ ...withoutSight(kind), ...traits }), 15_000)
    .filter(({ message }) => message.includes(words(kind)))
    .map(({ type, status, reason }) => `${type}=${status}/${reason}`);

const route = (by: 'Ingress' | 'HTTPRoute'): Partial<Seen> => ({ endpoint: { ...seenRoom().endpoint, by } });

const said: Readonly<Record<WatchedKind, readonly [says: readonly string[], traits?: Partial<Seen>]>> = {
  LiveRoom: [['Accepted=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing']],
  Service: [['Accepted=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing']],
  ConfigMap: [['Accepted=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing']],
  NetworkPolicy: [['Accepted=True/Accepted']],
  PodDisruptionBudget: [['Accepted=True/Accepted']],
  Pod: [
    [
      'OriginReady=Unknown/PermissionMissing',
      'EndpointReady=Unknown/PermissionMissing',
      'Ready=Unknown/PermissionMissing',
    ],
  ],
  Node: [['OriginReady=True/OriginReady']],
  Ingress: [['EndpointReady=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing'], route('Ingress')],
  HTTPRoute: [
    ['EndpointReady=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing'],
    { endpoint: { ...seenRoom().endpoint, by: 'HTTPRoute', servesHTTPRoutes: true } },
  ],
  ServiceMonitor: [['MonitoringReady=Unknown/PermissionMissing']],
  PrometheusRule: [['MonitoringReady=Unknown/PermissionMissing']],
  Prometheus: [['MonitoringReady=Unknown/PermissionMissing']],
  PrometheusAgent: [['MonitoringReady=Unknown/PermissionMissing']],
  ThanosRuler: [['MonitoringReady=Unknown/PermissionMissing']],
  Namespace: [['MonitoringReady=Unknown/PermissionMissing']],
  CustomResourceDefinition: [['MonitoringReady=Unknown/SelectionUnknown']],
};

describe('of each kind that may not be looked at the condition that it concerns tells', () => {
  for (const kind of operatorMetric.watchAge.labels.kind)
    test(kind, () => assert.deepEqual(namedBy(kind, said[kind][1]), said[kind][0]));
});

test('a room that was made while pods cannot be seen says that, and not that it has none', () => {
  const ready = conditions(seenRoom({ ...withoutSight('Pod'), origin: undefined }), 15_000).at(-1);
  assert.deepEqual([ready?.type, ready?.reason], ['Ready', 'PermissionMissing']);
});

describe('a kind that may not be looked at is none of the business of', () => {
  test('a room that has no such object', () => {
    for (const kind of ['Ingress', 'HTTPRoute'] as const) assert.deepEqual(namedBy(kind), []);
  });

  test('a room that is not monitored', () => {
    const monitoring = { ...seenRoom().monitoring, wanted: [] };
    for (const kind of ['ServiceMonitor', 'Namespace', 'CustomResourceDefinition'] as const)
      assert.deepEqual(namedBy(kind, { monitoring }), []);
  });

  test('a condition that knows of something worse', () => {
    const rejection = { reason: 'QuotaExceeded', message: 'exceeded quota' } as const;
    assert.deepEqual(namedBy('Service', { rejection }), []);
    const seen = seenRoom({ ...withoutSight('Service'), origin: aPod('keynote-origin-aaaaa', { isReady: false }) });
    const ready = conditions(seen, 15_000).at(-1);
    assert.deepEqual([ready?.type, ready?.status], ['Ready', 'False'], 'what is false comes before what nobody knows');
  });
});

test('what goes on on a pod that cannot be seen any more is heard from it, and is no news', () => {
  const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };
  const audience = { room: { namespace: 'events', name: 'keynote', subscribers: 3, publisher } };
  const rest = (traits: Partial<Seen>) =>
    conditions(seenRoom({ audience, ...traits }), 15_000).filter(
      ({ type }) => !['OriginReady', 'EndpointReady', 'Ready'].includes(type),
    );
  assert.deepEqual(rest(withoutSight('Pod')), rest({}));
});

test('what is wrong around a room stands beside what is right with it', () => {
  const [accepted] = conditions(seenRoom({ besides: ['The budget of its namespace is missing.'] }), 15_000);
  assert.equal(accepted?.status, 'True');
  assert.equal(accepted?.message, 'The spec is in use. The budget of its namespace is missing.');
});

test('a room whose kinds may not be looked at says the same each time, and is not written again', () => {
  const context = { urls: { whipURL: 'w', whepURL: 'v', playerURL: 'p' }, reconnectGraceMs: 15_000, shown: undefined };
  const { status } = report(seenRoom(withoutSight('Pod', 'Service', 'Prometheus')), context);
  const again = seenRoom({
    ...withoutSight('Prometheus', 'Service', 'Pod'),
    room: storedRoom({}, status),
    nowMs: nowMs + 60_000,
  });
  assert.deepEqual(report(again, context).status, status);
});

describe('while the operator may not see all that there may be', () => {
  const { unseen = new Map() } = withoutSight('Pod', 'Ingress');

  test('a new room says why nothing is done for it', () => {
    const { conditions: list = [] } = unbegun(storedRoom(), unseen, nowMs) ?? {};
    assert.deepEqual(
      list.map(({ type, status, reason }) => `${type}=${status}/${reason}`),
      ['Accepted=Unknown/PermissionMissing', 'Ready=Unknown/PermissionMissing'],
    );
    for (const kind of ['Pod', 'Ingress'] as const) assert.ok(list[0]?.message.includes(words(kind)));
  });

  test('a room that was in order keeps what else is known of it', () => {
    const before = {
      subscribers: 3,
      conditions: [aCondition('Accepted', 'True', 'Accepted'), aCondition('Publishing', 'True', 'Publishing')],
    };
    const after = unbegun(storedRoom({}, before), unseen, nowMs);
    assert.equal(after?.subscribers, 3);
    assert.deepEqual(after?.conditions?.[1], before.conditions[1]);
    assert.deepEqual(
      after?.conditions?.map(({ type }) => type),
      ['Accepted', 'Publishing', 'Ready'],
    );
  });

  test('nothing is said of what it does not wait for', () => {
    const { unseen: besides = new Map() } = withoutSight('Node', 'Prometheus');
    assert.equal(unbegun(storedRoom(), besides, nowMs), undefined);
  });

  test('what is known to be wrong stays so', () => {
    const wrong = [
      aCondition('Accepted', 'False', 'InvalidSecretRef'),
      aCondition('Ready', 'False', 'InvalidSecretRef'),
    ];
    assert.deepEqual(unbegun(storedRoom({}, { conditions: wrong }), unseen, nowMs)?.conditions, wrong);
  });
});
