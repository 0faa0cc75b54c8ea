/**
 * A stand-in for nodes and pods, so that the operator is what is measured: nodes in name only, on which each pod that the
 * scheduler has placed is Ready a second later, has an address, and answers for its room.
 */
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { annotation, label, port } from '#crds/contract.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import { hostPortOf } from '#operator/decide/media-address.ts';
import { isBeingDeleted, isReady, type Pod } from '#operator/kube.ts';
import { insist } from './insist.ts';

export interface Nodes {
  /** When the first pod of a room was seen, on the clock of `performance.now`. */
  madeAtMs(room: string): number | undefined;
  /** Pods that are there, and those of them that are ready and know where clients reach them. */
  count(): { readonly pods: number; readonly ready: number };
  /** All questions for statistics so far. */
  asked(): readonly Question[];
  stop(): void;
}

export interface Question {
  /** On the clock of `performance.now`. */
  readonly atMs: number;
  /** Of the pod that was asked. */
  readonly address: string;
}

export interface NodesOptions {
  readonly client: KubeClient;
  readonly nodes: number;
  /** How long a pod that has a node takes to be Ready; a kubelet takes 2 s. */
  readonly startsMs: number;
  /** Told why a pod will never be Ready, or never go. */
  readonly onFailed: (error: unknown) => void;
}

/** As long as a pod keeps a connection on which nobody asks anything. */
const podKeepsMs = 72_000;

const mergePatch = { contentType: 'application/merge-patch+json' };
/** A node that is not heard of for 40 s is given up. */
const beatEveryMs = 10_000;

export async function startNodes({ client, nodes, startsMs, onFailed }: NodesOptions): Promise<Nodes> {
  const made = new Map<string, number>();
  const rooms = new Map<string, RoomName>();
  const started = new Set<string>();
  const asked: Question[] = [];
  let addresses = 0;
  let isStopped = false;
  const fail = (error: unknown) => {
    if (!isStopped) onFailed(error);
  };

  const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
  for (const [i, name] of names.entries()) await addNode(client, name, `198.51.100.${i + 1}`);
  const heart = setInterval(() => void Promise.allSettled(names.map((name) => beat(client, name))), beatEveryMs);

  async function run(pod: Pod): Promise<void> {
    const { namespace = '', name, uid = '', labels = {} } = pod.metadata;
    started.add(uid);
    await sleep(startsMs);
    const podIP = addressOf(addresses++);
    rooms.set(podIP, { namespace, name: labels[label.room] ?? '' });
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    await insist(() => client.request('PATCH', path, { ...mergePatch, body: { status: readyStatus(podIP) } }));
  }

  const pods = reflector<Pod>({
    client,
    path: '/api/v1/pods',
    query: { labelSelector: label.room },
    onChange(_key, pod) {
      if (pod === undefined) return;
      const { namespace, labels = {}, uid = '' } = pod.metadata;
      const room = `${namespace}/${labels[label.room]}`;
      if (!made.has(room)) made.set(room, performance.now());
      if (isBeingDeleted(pod)) return void end(client, pod).catch(fail);
      if (pod.spec.nodeName === undefined || isReady(pod) || started.has(uid)) return;
      run(pod).catch(fail);
    },
  });
  await pods.synced;

  const server = podServer((address) => {
    asked.push({ atMs: performance.now(), address });
    return rooms.get(address);
  });
  await new Promise<void>((resolve) => server.listen(port.internal, '0.0.0.0', resolve));

  return {
    madeAtMs: (room) => made.get(room),
    count() {
      const all = [...pods.list()];
      return { pods: all.length, ready: all.filter((pod) => isReady(pod) && knowsAddress(pod)).length };
    },
    asked: () => asked,
    stop() {
      isStopped = true;
      clearInterval(heart);
      pods.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

interface RoomName {
  readonly namespace: string;
  readonly name: string;
}

/** Answers for all pods: each has an address of its own, and one room at most. */
function podServer(roomOf: (address: string) => RoomName | undefined): Server {
  const server = createServer((request, response) => {
    const room = roomOf(request.socket.localAddress ?? '');
    const body = { version: '0.1.0', draining: false, rooms: room === undefined ? [] : [{ ...room, subscribers: 0 }] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  server.keepAliveTimeout = podKeepsMs;
  return server;
}

const knowsAddress = (pod: Pod) =>
  hostPortOf(pod) === undefined || pod.metadata.annotations?.[annotation.mediaAddress] !== undefined;

/** Those that the control plane has itself are left out. */
const addressOf = (index: number) => `10.244.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;

/** A kubelet does so when the pod's processes have ended. */
const end = (client: KubeClient, { metadata: { namespace, name } }: Pod) =>
  insist(() =>
    client.request('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, { body: { gracePeriodSeconds: 0 } }),
  );

const patchNode = (client: KubeClient, name: string, status: object) =>
  client.request('PATCH', `/api/v1/nodes/${name}/status`, { ...mergePatch, body: { status } });

/** Registers a node as a kubelet does. */
async function addNode(client: KubeClient, name: string, address: string): Promise<void> {
  const resources = { cpu: '2000', memory: '4000Gi', pods: '2000' };
  await client.request('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name } } });
  const addresses = [{ type: 'InternalIP', address }];
  await patchNode(client, name, { addresses, capacity: resources, allocatable: resources });
  await beat(client, name);
}

const beat = (client: KubeClient, name: string) =>
  patchNode(client, name, {
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: new Date().toISOString() }],
  });

function readyStatus(podIP: string): object {
  const lastTransitionTime = new Date().toISOString();
  const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime,
  }));
  return { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
}
