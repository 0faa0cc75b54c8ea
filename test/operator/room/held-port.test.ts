import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import { heldPort, lackedPort } from '#operator/decide/host-port-held.ts';
import { hostPortOf } from '#operator/decide/media-address.ts';
import type { KubeObject, Pod } from '#operator/kube.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { hostPorts } from '#operator/room/host-ports.ts';
import { aNode, aPod, config, storedRoom } from '../objects.ts';
import { roomDependencies } from '../room-dependencies.ts';
import { standInCluster } from '../stand-in-cluster.ts';

/** What becomes of a pod whose host port something else has. */

const beginMs = Date.parse('2026-11-01T14:00:00Z');
const minuteMs = 60_000;

type Status = NonNullable<Pod['status']>;

const unscheduled = (message: string): Status => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});
const noPort = unscheduled("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
const ready: Status = { phase: 'Running', podIP: '10.1.0.1', conditions: [{ type: 'Ready', status: 'True' }] };

/** A pod without a node, made at the beginning. */
function waiting(status: Status, heldBefore = 0): Pod {
  const { metadata, spec, ...rest } = aPod('a', { status, madeAt: new Date(beginMs).toISOString() });
  const { nodeName: _, ...nowhere } = spec;
  const annotations = { ...metadata.annotations, [annotation.heldPorts]: String(heldBefore) };
  return { ...rest, metadata: { ...metadata, annotations }, spec: nowhere };
}

for (const [before, minutes] of [
  [0, 1],
  [1, 2],
  [3, 8],
  [4, 10],
  [50, 10],
] as const)
  test(`the pod after ${before} whose port was taken waits for it for ${minutes} minutes`, () => {
    const held = heldPort(waiting(noPort, before), 7000, minuteMs);
    assert.deepEqual(held, { port: 7000, waitMs: (minutes - 1) * minuteMs, count: before + 1 });
  });

const others: Readonly<Record<string, Pod>> = {
  'that is on a node': { ...waiting(noPort), spec: aPod('a').spec },
  'that waits for something else': waiting(unscheduled('0/3 nodes are available: 3 Insufficient cpu.')),
  'that the scheduler has not looked at': waiting({ phase: 'Pending' }),
};
for (const [name, pod] of Object.entries(others))
  test(`a pod ${name} is left alone`, () => assert.equal(lackedPort(pod), undefined));

/** Runs a room through `minutes`, on a node where other pods have the ports that are not `isFree`, `ours` among them. */
async function lived(minutes: number, isFree: (port: number) => boolean, ours: readonly Pod[] = []) {
  let nowMs = beginMs;
  const open = { mode: 'None' } as const;
  const { publish } = storedRoom().spec;
  let room: LiveRoom = storedRoom({ publish: { ...publish, auth: open }, play: { auth: open, maxSubscribers: 0 } });
  const requests: number[] = [];
  const made: { readonly port: number | undefined; readonly atMinute: number; readonly after: string | undefined }[] =
    [];
  const pods: Pod[] = [];
  const kept = new Map<string, KubeObject>();
  const asked = <T>(answer: T): T => {
    requests.push(nowMs);
    return answer;
  };
  const cluster = standInCluster({
    room: () => room,
    rooms: () => [room],
    nodes: () => [aNode([['ExternalIP', '203.0.113.7']])].values(),
    node: () => aNode([['ExternalIP', '203.0.113.7']]),
    podsOf: () => [...pods],
    podsWithPort: (port) => ours.filter((pod) => hostPortOf(pod) === port),
    hostPortCounts: () => pods.map((pod) => [hostPortOf(pod) ?? 0, 1] as const),
    objectsOf: () => [...kept.values()],
    async apply(object) {
      kept.set(`${object.kind} ${object.metadata.name}`, object);
      return asked(object);
    },
    async create<T extends KubeObject>(object: T) {
      const pod = object as unknown as Pod;
      const port = hostPortOf(pod);
      const { name, annotations } = pod.metadata;
      made.push({ port, atMinute: (nowMs - beginMs) / minuteMs, after: annotations?.[annotation.heldPorts] });
      const metadata = { ...pod.metadata, uid: `uid-of-${name}`, creationTimestamp: new Date(nowMs).toISOString() };
      const isPlaced = isFree(port ?? 0);
      const spec = { ...pod.spec, ...(isPlaced && { nodeName: 'node-1' }) };
      pods.push({ ...pod, metadata, spec, status: isPlaced ? ready : noPort });
      return asked(object);
    },
    async mark(pod, { labels, annotations }) {
      const at = pods.findIndex(({ metadata }) => metadata.name === pod.metadata.name);
      const { metadata } = pod;
      const marks = {
        labels: { ...metadata.labels, ...labels },
        annotations: { ...metadata.annotations, ...annotations },
      };
      const marked = { ...pod, metadata: { ...metadata, ...marks } };
      pods[at] = marked;
      return asked(marked);
    },
    async remove(object) {
      pods.splice(
        pods.findIndex(({ metadata }) => metadata.name === object.metadata.name),
        1,
      );
      asked(undefined);
    },
    async writeStatus(_, status) {
      room = asked({ ...room, status });
    },
  });
  const now = () => nowMs;
  const dependencies = roomDependencies(cluster, {
    hostPorts: hostPorts(cluster, config.hostPorts, now),
    tell: async () => asked(undefined),
    now,
  });
  while (nowMs < beginMs + minutes * minuteMs) {
    const outcome = await reconcileRoom(roomKey(room), dependencies);
    assert.equal(outcome.kind, 'done');
    nowMs += outcome.kind === 'done' ? (outcome.againInMs ?? Number.POSITIVE_INFINITY) : 0;
  }
  return { requests, made, pods, room };
}

describe('a room', () => {
  test('whose host port something else has gets a pod with another one after a minute', async () => {
    const { made, pods } = await lived(20, (port) => port !== 7000);
    assert.deepEqual(made, [
      { port: 7000, atMinute: 0, after: undefined },
      { port: 7001, atMinute: 1, after: '1' },
    ]);
    assert.deepEqual(pods.map(hostPortOf), [7001]);
  });

  test('whose host port a pod of its own operator has keeps its pod: another port is as full', async () => {
    const { made, requests, room } = await lived(60, () => false, [aPod('ours', { hostPort: 7000 })]);
    assert.deepEqual(made, [{ port: 7000, atMinute: 0, after: undefined }]);
    assert.deepEqual(
      requests.filter((ms) => ms > beginMs),
      [],
    );
    const said = room.status?.conditions?.find(({ type }) => type === 'OriginReady');
    assert.match(`${said?.reason}: ${said?.message}`, /^NoFreePorts: .* Unless they are this operator's own, /);
  });

  test('for which no port is free tries one after the other, ever less often, and costs hardly anything', async () => {
    const { made, requests, pods, room } = await lived(40, () => false);
    assert.deepEqual(
      made.map(({ port, atMinute }) => [port, atMinute]),
      [0, 1, 3, 7, 15, 25, 35].map((minute, i) => [7000 + i, minute]),
    );
    assert.equal(pods.length, 1);
    const said = room.status?.conditions?.find(({ type }) => type === 'OriginReady');
    assert.equal(said?.reason, 'NoFreePorts');
    const later = requests.filter((ms) => ms >= beginMs + minuteMs);
    assert.ok(later.length / 39 < 6, `${later.length} in 39 minutes`);
    for (const ms of later) {
      const within = later.filter((other) => other >= ms && other < ms + minuteMs).length;
      assert.ok(within < 6, `${within} within a minute`);
    }
  });
});
