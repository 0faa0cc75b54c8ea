import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LiveRoom, LiveRoomSpec } from '#crds/liveroom.ts';
import { desiredRoute } from '#operator/build/desired.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient, Method } from '#operator/cluster/client/client.ts';
import { writes } from '#operator/cluster/client/writes.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import { outcomeOf } from '#operator/errors.ts';
import type { Ingress, KubeObject, MonitoringObject, Pod } from '#operator/kube.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { storedRoom } from './objects.ts';
import { roomDependencies } from './room-dependencies.ts';
import { standInCluster } from './stand-in-cluster.ts';

/** What a room costs the API server while a person has something to put right. */

interface Trouble {
  readonly spec?: Partial<LiveRoomSpec>;
  /** What the API server says; by default it has nothing and takes everything. */
  readonly answer?: (method: Method, path: string) => KubeObject | ApiError | undefined;
  readonly hasPorts?: boolean;
  /** What the room has already. */
  readonly has?: readonly KubeObject[];
}

const stranger = (kind: string, data = {}): KubeObject & { data: object } => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', namespace: 'events', uid: 'stranger' },
  data,
});
const forbidden = (message: string) => new ApiError(403, { message: `"a" is forbidden: ${message}` });
const onPods = (error: ApiError): Trouble => ({
  answer: (method, path) => (method === 'POST' && path.endsWith('/pods') ? error : undefined),
});
const taken = (kind: string, at: string): Trouble => ({
  answer: (method, path) =>
    path.includes(at) ? (method === 'GET' ? stranger(kind) : new ApiError(409, {})) : undefined,
});
const webhookAway = new ApiError(500, { message: 'failed calling webhook "policy.example.com": no endpoints' });
const auth = (name: string) => ({ mode: 'BearerToken', secretRef: { name, key: 'token' } }) as const;
const open = { auth: { mode: 'None' }, maxSubscribers: 0 } as const;
const publishWith = (name: string) => ({ ...storedRoom().spec.publish, auth: auth(name) });
const ownMonitors = { ...storedRoom().spec.monitoring, scope: 'Room' } as const;
const http = { host: 'live.example.com', tlsSecretRef: { name: 'live-tls' } };
const routed = storedRoom({ network: { ...storedRoom().spec.network, http: { host: 'live.example.com' } } });
const without = (verb: Method, of: string): Trouble => ({
  answer: (method, path) =>
    method === verb && path.includes(of)
      ? forbidden(`User "x" cannot ${verb.toLowerCase()} resource "${of}"`)
      : undefined,
});

const troubles: Readonly<Record<string, Trouble>> = {
  'InvalidSecretRef, of one side': { spec: { publish: publishWith('mine') } },
  'InvalidSecretRef, of the second side': {
    spec: { publish: publishWith('mine'), play: { ...open, auth: auth('other') } },
    answer: (_, path) => (path.endsWith('/secrets/mine') ? stranger('Secret', { token: 'eA==' }) : undefined),
  },
  'InvalidSecretRef, of a TURN server': {
    spec: {
      network: {
        ...storedRoom().spec.network,
        iceServers: [{ urls: ['turn:a'], secretRef: { name: 'mine', key: 'secret' } }],
      },
    },
  },
  'InvalidSecretRef, and a certificate': {
    spec: { publish: publishWith('mine'), network: { ...storedRoom().spec.network, http } },
  },
  TLSSecretMissing: { spec: { network: { ...storedRoom().spec.network, http } } },
  'NameConflict of a Service': taken('Service', '/services/keynote'),
  'NameConflict of the tokens': {
    answer: (method, path) =>
      path.endsWith('/secrets') && method === 'POST'
        ? new ApiError(409, {})
        : path.includes('/secrets/')
          ? stranger('Secret')
          : undefined,
  },
  'PermissionMissing to read Secrets': { ...without('GET', 'secrets'), spec: { publish: publishWith('mine') } },
  'PermissionMissing to apply Services': without('PATCH', 'services'),
  'PermissionMissing to apply anything': without('PATCH', '/api/v1/'),
  'PermissionMissing to make pods': without('POST', 'pods'),
  'PermissionMissing to monitor': { ...without('PATCH', 'monitoring.coreos.com'), spec: { monitoring: ownMonitors } },
  PortRangeExhausted: { hasPorts: false },
  QuotaExceeded: onPods(forbidden('exceeded quota: small')),
  PodSecurityForbidden: onPods(forbidden('violates PodSecurity "baseline:latest"')),
  PodInvalid: onPods(new ApiError(422, { message: 'Pod is invalid' })),
  'PodRejected by a webhook that is away': onPods(webhookAway),
  'ObjectRejected by a webhook that is away': {
    answer: (method, path) => (method === 'PATCH' && path.endsWith('/configmaps/keynote') ? webhookAway : undefined),
  },
  'ObjectRejected, of the tokens': {
    answer: (method, path) => (method === 'POST' && path.endsWith('/secrets') ? webhookAway : undefined),
  },
  RouteRejected: {
    spec: { network: { ...storedRoom().spec.network, http: { host: 'live.example.com' } } },
    answer: (method, path) =>
      method === 'PATCH' && path.includes('/ingresses/')
        ? new ApiError(422, { message: 'Ingress is invalid' })
        : undefined,
  },
  'NameConflict of an Ingress': {
    ...taken('Ingress', '/ingresses/'),
    spec: { network: { ...storedRoom().spec.network, http: { host: 'live.example.com' } } },
  },
  MonitorRejected: {
    spec: { monitoring: ownMonitors },
    answer: (method, path) => (method === 'PATCH' && path.includes('/servicemonitors/') ? webhookAway : undefined),
  },
  'PermissionMissing to remove an Ingress': { ...without('DELETE', 'ingresses'), has: desiredRoute(routed, true) },
  'TLSSecretMissing, a refused pod and refused monitors': {
    spec: { monitoring: ownMonitors, network: { ...storedRoom().spec.network, http } },
    answer: (method, path) =>
      (method === 'POST' && path.endsWith('/pods')) || (method === 'PATCH' && path.includes('monitoring.coreos.com'))
        ? webhookAway
        : undefined,
  },
  'NameConflict of all objects but the tokens, and a certificate': {
    spec: { monitoring: ownMonitors, network: { ...storedRoom().spec.network, http } },
    answer: (method, path) =>
      path.includes('/secrets')
        ? undefined
        : method === 'GET'
          ? stranger('x')
          : method === 'PATCH'
            ? new ApiError(409, {})
            : undefined,
  },
  'InvalidSecretRef, a certificate and refused monitors': {
    spec: {
      monitoring: ownMonitors,
      publish: publishWith('mine'),
      play: { ...open, auth: auth('other') },
      network: { ...storedRoom().spec.network, http },
    },
    answer: (method, path) => (method === 'PATCH' && path.includes('monitoring.coreos.com') ? webhookAway : undefined),
  },
  'RouteRejected, a refused pod and a conflict of monitors': {
    spec: { monitoring: ownMonitors, network: routed.spec.network },
    answer: (method, path) =>
      path.includes('monitoring.coreos.com')
        ? method === 'GET'
          ? stranger('x')
          : new ApiError(409, {})
        : (method === 'POST' && path.endsWith('/pods')) || (method === 'PATCH' && path.includes('/ingresses/'))
          ? webhookAway
          : undefined,
  },
};

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;

/** Runs the room through `minutes`, from one look at it to the next, and counts what it asks of the API server. */
async function requests({ spec = {}, answer = () => undefined, hasPorts = true, has = [] }: Trouble, minutes: number) {
  let nowMs = Date.parse('2026-11-01T14:00:00Z');
  let room: LiveRoom = storedRoom(spec);
  const at: number[] = [];
  const client = {
    async request(method: Method, path: string, { body }: { body?: unknown } = {}) {
      at.push(nowMs);
      const said = answer(method, path);
      if (said instanceof Error) throw said;
      if (said !== undefined) return said;
      if (method === 'GET') throw new ApiError(404, {});
      return body;
    },
  } as unknown as KubeClient;
  const write = writes(client);
  const kept = new Map(has.map((object) => [nameOf(object), object]));
  const keep = async <T extends KubeObject>(written: Promise<T>): Promise<T> => {
    const object = await written;
    kept.set(nameOf(object), object);
    return object;
  };
  const objects =
    <T extends KubeObject>(isWanted: (kind: string) => boolean) =>
    () =>
      [...kept.values()].filter((object): object is T => isWanted(object.kind));
  const isMonitor = (kind: string) => ['ServiceMonitor', 'PrometheusRule'].includes(kind);
  const cluster = standInCluster({
    read: write.read,
    mark: write.mark,
    remove: async (object) => void (await write.remove(object)),
    addToSecret: write.addToSecret,
    room: () => room,
    podsOf: objects<Pod>((kind) => kind === 'Pod'),
    objectsOf: objects((kind) => ['Service', 'ConfigMap', 'Ingress'].includes(kind)),
    monitorsOf: objects<MonitoringObject>(isMonitor),
    routesOf: objects<Ingress>((kind) => kind === 'Ingress'),
    monitoringKinds: () => ({ ServiceMonitor: true, PrometheusRule: true }),
    apply: (...args) => keep(write.apply(...args)),
    create: (object, isOurs) => keep(write.create(object, isOurs)),
    async writeStatus(_, status) {
      at.push(nowMs);
      room = { ...room, status };
    },
  });
  const dependencies = roomDependencies(cluster, {
    hostPorts: {
      async withPort(make) {
        if (!hasPorts) return { exhaustedOn: 1 };
        await make(7000);
        return 'Made';
      },
      noteHeld: () => undefined,
    },
    newToken: () => 'x',
    tell: async () => void at.push(nowMs),
    now: () => nowMs,
  });
  const endsMs = nowMs + minutes * 60_000;
  while (nowMs < endsMs) {
    const outcome = await reconcileRoom(roomKey(room), dependencies).catch((error: unknown) => {
      assert.ok(error instanceof ApiError, String(error));
      return outcomeOf(error);
    });
    // What is not understood is put off by the queue, at first for a moment.
    if (outcome.kind === 'done') nowMs += outcome.againInMs ?? Number.POSITIVE_INFINITY;
    else nowMs += 'atLeastMs' in outcome ? outcome.atLeastMs : 100;
  }
  return { at, room };
}

describe('a room that is stuck costs fewer than six requests a minute:', () => {
  for (const [name, trouble] of Object.entries(troubles))
    test(name, async () => {
      const begin = Date.parse('2026-11-01T14:01:00Z');
      const { at, room } = await requests(trouble, 31);
      const reasons = room.status?.conditions?.map(({ reason }) => reason) ?? [];
      assert.ok(reasons.includes(name.replace(/[ ,].*/, '')), String(reasons));
      const perMinute = at.filter((ms) => ms >= begin).length / 30;
      assert.ok(perMinute < 6, `${perMinute} a minute`);
    });
});
