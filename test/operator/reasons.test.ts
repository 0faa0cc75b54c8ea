import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConditionType, conditionReasons, type LiveRoom } from '#crds/liveroom.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { NameTaken } from '#operator/cluster/client/writes.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import { conditions } from '#operator/decide/conditions.ts';
import type { Finding } from '#operator/decide/finding.ts';
import type { MonitoringSeen } from '#operator/decide/monitoring.ts';
import { portsExhausted } from '#operator/decide/refusal.ts';
import type { Audience, Seen } from '#operator/decide/seen.ts';
import { monitoringRefusalBy, podRefusalBy, rejectionBy, routeRefusalBy } from '#operator/errors.ts';
import type { KubeObject, MonitoringObject, Pod } from '#operator/kube.ts';
import { certificateProblem } from '#operator/room/certificate.ts';
import { monitoring } from '#operator/room/monitoring.ts';
import { settleTokens } from '#operator/room/tokens.ts';
import {
  aCondition,
  aMediaService,
  aMonitor,
  aPod,
  aPrometheus,
  asking,
  everything,
  roomWithMedia,
  seenMonitoring,
  seenRoom,
  storedRoom,
} from './objects.ts';
import { standInCluster } from './stand-in-cluster.ts';

/** How the room is seen to be when a condition has that reason. */
type Sight = Partial<Seen> | Promise<Partial<Seen>>;

/** A sight for each reason of each condition: one that is declared and cannot be reached does not compile. */
type Sights = {
  readonly [T in ConditionType]: { readonly [R in (typeof conditionReasons)[T][number]]: () => Sight };
};

const refusedBy = (status: number, message: string) => new ApiError(status, { message });
const byRole = (resource: string) =>
  refusedBy(403, `${resource} is forbidden: User "liveroom" cannot create resource "${resource}" in API group ""`);
const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'keynote', namespace: 'events' } };

const name = 'keynote-origin-aaaaa';
const said = (more: object = {}): Audience => ({
  room: { namespace: 'events', name: 'keynote', subscribers: 0, ...more },
});
const publisher = (sendsMedia: boolean) => ({ publisher: { since: '2026-11-01T13:30:00Z', sendsMedia } });
const old = { pod: aPod('keynote-origin-ooooo', { isDeleted: true }), endsMs: Date.parse('2026-11-01T14:09:00Z') };

const withStatus = (status: Pod['status']): Partial<Seen> => ({ origin: aPod(name, { status }) });
const waiting = (reason: string) =>
  withStatus({ containerStatuses: [{ name: 'sfu', restartCount: 4, state: { waiting: { reason } } }] });
const unscheduled = (message: string) =>
  withStatus({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });
const refused = (error: ApiError): Partial<Seen> => ({ origin: undefined, refusal: podRefusalBy(error) });

const endpoint = (traits: Partial<Seen['endpoint']>): Partial<Seen> => ({
  endpoint: { ...seenRoom().endpoint, ...traits },
});

const monitored = (traits: Partial<MonitoringSeen>): Partial<Seen> => ({ monitoring: seenMonitoring(traits) });
const monitoringProblem = (error: Error) => monitored({ problems: [monitoringRefusalBy('ServiceMonitor', error)] });
const refusing = (kind: 'ServiceMonitor' | 'PrometheusRule') => {
  const conditionsOf = [{ type: 'Accepted', status: 'False', reason: 'InvalidConfiguration' }];
  const bindings = [{ resource: 'prometheuses', namespace: 'monitoring', name: 'k8s', conditions: conditionsOf }];
  return monitored({
    wanted: [kind],
    objects: [aMonitor(kind, {}, bindings)],
    prometheuses: [aPrometheus(everything)],
  });
};

/** A room whose pod's Service has no address yet, so that the pod cannot be ready. */
const waitingForBalancer = (): Partial<Seen> => ({
  room: roomWithMedia({ mode: 'LoadBalancer' }),
  origin: aPod(name, { isReady: false }),
  mediaService: aMediaService(name),
  mediaAddress: undefined,
});

/** A room's reference to a Secret that there is not. */
const withoutSecret = () => rejectedBy({ mode: 'BearerToken', secretRef: { name: 'mine', key: 'token' } });

async function rejectedBy(auth: LiveRoom['spec']['publish']['auth']): Promise<Partial<Seen>> {
  const room = storedRoom({ publish: { ...storedRoom().spec.publish, auth }, play: { auth, maxSubscribers: 0 } });
  const cluster = standInCluster({ read: async () => undefined });
  const tokensSeen = { standing: () => 'Doubtful' as const, note: () => undefined, forget: () => undefined };
  const audience = () => 'Unasked' as const;
  return { rejection: await settleTokens(room, { cluster, newToken: () => 'x', tokensSeen, audience }) };
}

/** A room whose certificate is in a Secret, and how a look for that ends. */
async function withCertificate(read: Cluster['read']): Promise<Partial<Seen>> {
  const http = { host: 'live.example.com', tlsSecretRef: { name: 'live-tls' } };
  const room = storedRoom({ network: { ...storedRoom().spec.network, http } });
  return endpoint({ problem: await certificateProblem(room, { read }) });
}

/** A ServiceMonitor that was there, and then was not. */
async function takenAway(): Promise<Partial<Seen>> {
  const monitor: MonitoringObject = aMonitor('ServiceMonitor');
  const cluster = standInCluster({
    apply: async (object) => object,
    monitoringKinds: () => ({ ServiceMonitor: true, PrometheusRule: true }),
  });
  const settling = monitoring({ cluster, tell: async () => undefined });
  const its = { owner: 'Namespace', isOurs: () => true } as const;
  for (const owned of [[monitor], []]) await settling.settle('events', [monitor], { ...its, owned });
  return monitored({ problems: settling.problems('events') as readonly Finding<'MonitoringReady'>[] });
}

const byWebhook = refusedBy(500, 'Internal error occurred: failed calling webhook "policy.example.com": no endpoints');
const ofQuota = refusedBy(403, 'services "live-sfu" is forbidden: exceeded quota: small, requested: services=1');

const sights: Sights = {
  Accepted: {
    Accepted: () => ({}),
    InvalidSecretRef: withoutSecret,
    KeysMissing: () => rejectedBy({ mode: 'JWT' }),
    NameConflict: () => ({ rejection: rejectionBy(new NameTaken(service)) }),
    PortRangeExhausted: () => ({ rejection: portsExhausted({ from: 7000, to: 7999 }, 3) }),
    QuotaExceeded: () => ({ rejection: rejectionBy(ofQuota) }),
    ObjectRejected: () => ({ rejection: rejectionBy(byWebhook) }),
    PermissionMissing: () => ({ rejection: rejectionBy(byRole('services')) }),
  },
  OriginReady: {
    OriginReady: () => ({}),
    PodPending: () => ({ origin: undefined }),
    Unschedulable: () => unscheduled('0/3 nodes are available: 3 Insufficient cpu.'),
    NoFreePorts: () =>
      unscheduled("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports"),
    ImagePullFailed: () => waiting('ImagePullBackOff'),
    CrashLooping: () => waiting('CrashLoopBackOff'),
    PodInvalid: () => refused(refusedBy(422, 'Pod is invalid: spec.containers[0].resources.requests: Invalid value')),
    PodRejected: () => refused(byWebhook),
    AddressUnknown: () => ({ mediaAddress: undefined }),
    WaitingForLoadBalancer: waitingForBalancer,
    QuotaExceeded: () => refused(refusedBy(403, 'pods "a" is forbidden: exceeded quota: small, requested: pods=1')),
    PodSecurityForbidden: () =>
      refused(refusedBy(403, 'pods "a" is forbidden: violates PodSecurity "baseline:latest": hostPort')),
    PermissionMissing: () => refused(byRole('pods')),
    Suspended: () => ({ origin: undefined, rollout: 'Suspended' }),
  },
  MediaReachable: {
    MediaReachable: () => ({ audience: said(publisher(true)) }),
    NoClientConnected: () => ({ audience: said() }),
    PrivateAddressOnly: () => ({ audience: said(), mediaAddress: { addresses: ['10.0.0.5'], port: 7000 } }),
    ClientsCannotConnect: () => ({ audience: { room: undefined, clients: { connected: 0, unreached: 2 } } }),
    AddressUnknown: () => ({ mediaAddress: undefined }),
  },
  EndpointReady: {
    EndpointReady: () => ({}),
    NoReadyPod: () => ({ origin: aPod(name, { isReady: false }) }),
    NameConflict: () => endpoint({ problem: routeRefusalBy('Ingress', new NameTaken(service)) }),
    QuotaExceeded: () => endpoint({ problem: routeRefusalBy('Ingress', ofQuota) }),
    RouteRejected: () =>
      endpoint({ problem: routeRefusalBy('Ingress', refusedBy(422, 'Ingress is invalid: spec.rules[0].host')) }),
    WaitingForLoadBalancer: waitingForBalancer,
    WaitingForIngress: () => endpoint({ by: 'Ingress' }),
    HostMissing: () => endpoint({ lacksHost: true }),
    GatewayAPINotInstalled: () => endpoint({ by: 'HTTPRoute' }),
    TLSSecretMissing: () => withCertificate(async () => undefined),
    PermissionMissing: () => withCertificate(async () => Promise.reject(byRole('secrets'))),
  },
  Publishing: {
    Publishing: () => ({ audience: said(publisher(true)) }),
    NoPublisher: () => ({ audience: said() }),
    Reconnecting: () => ({
      audience: said(),
      room: storedRoom({}, { conditions: [aCondition('Publishing', 'True', 'Publishing')] }),
    }),
    NoMedia: () => ({ audience: said(publisher(false)) }),
    StatsUnavailable: () => ({ audience: 'Silent' }),
  },
  MonitoringReady: {
    MonitoringReady: () => monitored({ prometheuses: [aPrometheus(everything)] }),
    Disabled: () => monitored({ wanted: [] }),
    CRDsNotInstalled: () => monitored({ served: [] }),
    NotSelected: () => monitored({ prometheuses: [aPrometheus(asking)] }),
    NamespaceNotSelected: () =>
      monitored({ prometheuses: [aPrometheus({ serviceMonitorSelector: {}, ruleSelector: {} })] }),
    MonitorRejected: () => refusing('ServiceMonitor'),
    RuleRejected: () => refusing('PrometheusRule'),
    Removed: takenAway,
    SelectionUnknown: () => monitored({ prometheuses: [] }),
    NameConflict: () => monitoringProblem(new NameTaken(service)),
    QuotaExceeded: () => monitored({ problems: [rejectionBy(ofQuota)] }),
    ObjectRejected: () => monitored({ problems: [rejectionBy(byWebhook)] }),
    PermissionMissing: () => monitoringProblem(byRole('servicemonitors')),
  },
  Progressing: {
    RolloutComplete: () => ({}),
    RollingOut: () => ({ rollout: 'Replacing' }),
    WaitingForIdle: () => ({ rollout: 'WaitingForIdle' }),
    WaitingForTurn: () => ({ rollout: 'WaitingForTurn' }),
    RolloutStuck: () => ({ rollout: 'Replacing', successor: waiting('ImagePullBackOff').origin }),
    Suspended: () => ({ origin: undefined, rollout: 'Suspended' }),
    Paused: () => ({ rollout: 'Paused' }),
    NotAccepted: () => ({ rejection: rejectionBy(new NameTaken(service)) }),
  },
  Draining: {
    Draining: () => ({ draining: [{ ...old, audience: said({ subscribers: 2 }) }] }),
    NotDraining: () => ({}),
    StatsUnavailable: () => ({ draining: [{ ...old, audience: 'Silent' }] }),
  },
  Ready: {
    Ready: () => ({}),
  },
};

/** It ends with a full stop, or with a command to be copied. */
const sentence = /(\.|kubectl .*)$/s;

for (const [type, reasons] of Object.entries(sights))
  describe(`${type} has the reason`, () => {
    for (const [reason, sight] of Object.entries(reasons as Record<string, () => Sight>))
      test(reason, async () => {
        const found = conditions(seenRoom(await sight()), 15_000).find((one) => one.type === type);
        assert.equal(found?.reason, reason);
        assert.match(found.message, sentence);
        assert.equal(found.observedGeneration, 3);
        assert.ok(!found.message.includes('undefined'), found.message);
      });
  });

test('a room that is not Ready says the first reason why', () => {
  for (const type of ['Accepted', 'OriginReady', 'EndpointReady'] as const)
    for (const [reason, sight] of Object.entries(sights[type]).slice(1)) {
      const seen = sight();
      if (seen instanceof Promise) continue;
      const all = conditions(seenRoom(seen), 15_000);
      const first = all.find(
        (one) => ['Accepted', 'OriginReady', 'EndpointReady'].includes(one.type) && one.status !== 'True',
      );
      const ready = all.find((one) => one.type === 'Ready');
      assert.deepEqual(
        [ready?.status, ready?.reason, ready?.message],
        ['False', first?.reason, first?.message],
        reason,
      );
    }
});

test('every reason that is declared has a row here', () => {
  for (const [type, reasons] of Object.entries(conditionReasons))
    assert.deepEqual(Object.keys(sights[type as ConditionType]).toSorted(), [...reasons].toSorted());
});
