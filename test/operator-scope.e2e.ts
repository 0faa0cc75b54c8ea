import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { annotation, label } from '#crds/contract.ts';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import type { KubeObject, Secret } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { served } from '#test/harness/kubectl.ts';
import { monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';
import { strangers } from '#test/harness/strangers.ts';

/** Which rooms an operator looks after, with which rights, where they are reached, and what it leaves alone. */

const host = 'live.example.org';
const routeKind = 'httproutes.gateway.networking.k8s.io';

describe('the operator, within its scope,', () => {
  let on: OperatedCluster;
  let helm: string;
  let gatewayCRDs: string;
  before(async () => {
    const progress = terminalProgress(process.stderr);
    const want = ['helm', 'gateway-api-crds'] as const;
    const got = await ensureBinaries({ want, env: process.env, progress });
    helm = got.helm;
    gatewayCRDs = join(got['gateway-api-crds'], 'gateway.networking.k8s.io_httproutes.yaml');
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  async function installRoutes(): Promise<void> {
    await on.kube.run(['apply', '--server-side', '-f', gatewayCRDs]);
    await served(on.kube, `crd/${routeKind}`);
    await eventually('HTTPRoutes are served', async () => (await on.kube.try(['get', routeKind])).code === 0);
  }

  const patchStatus = (kind: string, at: string, status: object) => {
    const patch = JSON.stringify({ status });
    return on.kube.run(['patch', kind, 'keynote', '-n', at, '--subresource=status', '--type=merge', '-p', patch]);
  };
  const http = (at: string, wanted: object) => on.kube.apply(aRoom('keynote', { network: { http: wanted } }, at));

  test('leads a host name to a room by an Ingress, and says what is missing', async () => {
    await on.start();
    const at = await on.namespace('ingress');
    await http(at, { host, ingressClassName: 'nginx', tlsSecretRef: { name: 'live-tls' } });
    assert.match(await on.says('keynote', at, 'EndpointReady=False/TLSSecretMissing'), /no Secret ingress\/live-tls/);
    await on.kube.run([
      ...['create', 'secret', 'generic', 'live-tls', '-n', at],
      ...['--from-literal=tls.crt=certificate', '--from-literal=tls.key=key'],
    ]);
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, 'liveroom.dev/renew-tokens=now']);
    await on.runOrigin(at);
    assert.match(await on.says('keynote', at, 'EndpointReady=False/WaitingForIngress'), /class \(nginx\)/);
    await patchStatus('ingress', at, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
    await on.says('keynote', at, 'Ready=True/Ready');
    assert.equal((await on.room('keynote', at))?.status?.whipURL, `https://${host}/ingress/keynote/whip`);
    await http(at, {});
    await eventually('the Ingress goes', async () => (await on.kube.get('ingress', 'keynote', '-n', at)) === undefined);
    await eventually('the URLs lead to the Service', async () =>
      (await on.room('keynote', at))?.status?.whipURL?.startsWith('http://keynote.ingress.svc/'),
    );
  });

  test('leads it there by an HTTPRoute as soon as the cluster has the kind, with a Gateway for all rooms', async () => {
    const gatewayRef = { name: 'public', namespace: 'infra' };
    await on.start({ config: { defaults: { network: { http: { host, gatewayRef } } } } });
    const at = await on.namespace('gateway');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.says('keynote', at, 'EndpointReady=False/GatewayAPINotInstalled');
    await installRoutes();
    await eventually('an HTTPRoute', () => on.kube.get(routeKind, 'keynote', '-n', at));
    await on.runOrigin(at);
    assert.match(await on.says('keynote', at, 'EndpointReady=False/WaitingForIngress'), /Gateway infra\/public/);
    const says = (status: string, reason: string, message: string) => {
      const lastTransitionTime = new Date().toISOString();
      const condition = { type: 'Accepted', status, reason, message, lastTransitionTime };
      const parent = { parentRef: gatewayRef, controllerName: 'example.com/gateways', conditions: [condition] };
      return patchStatus(routeKind, at, { parents: [parent] });
    };
    await says('False', 'NotAllowedByListeners', 'no listener takes namespace gateway');
    await eventually('the Gateway’s own words', async () =>
      (await on.says('keynote', at, 'EndpointReady=False/WaitingForIngress')).includes('no listener takes namespace'),
    );
    await says('True', 'Accepted', '');
    await on.says('keynote', at, 'Ready=True/Ready');
    assert.equal((await on.room('keynote', at))?.status?.playerURL, `https://${host}/gateway/keynote/`);
    await on.kube.run(['delete', 'crd', routeKind]);
    await on.says('keynote', at, 'EndpointReady=False/GatewayAPINotInstalled');
  });

  test('touches nothing of a stranger’s that has the name of something that a room or a namespace makes', async () => {
    await Promise.all([installRoutes(), (await monitoringKinds(on)).install(...roomKinds)]);
    await on.start();
    const [at, whole] = [await on.namespace('strangers'), await on.namespace('stranger-to-all')];
    const all = strangers.map(([apiVersion, kind, name, rest, spec, says], i) => {
      const ofNamespace = name === 'live-sfu';
      const [room, namespace] = ofNamespace ? ['keynote', whole] : [`keynote-${i}`, at];
      const metadata = { name: name.replace('keynote', room), namespace, labels: { owner: 'them' } };
      return { theirs: { apiVersion, kind, metadata, ...rest }, room: aRoom(room, spec, namespace), says };
    });
    const list = (items: readonly object[]) => ({ apiVersion: 'v1', kind: 'List', items });
    await on.kube.apply(list(all.map(({ theirs }) => theirs)));
    const look = () =>
      Promise.all(
        [at, whole].map((namespace) =>
          on.kube.get<{ items: KubeObject[] }>(
            `configmaps,secrets,services,ingresses,networkpolicies,${routeKind},servicemonitors,prometheusrules`,
            ...['-n', namespace, '-l', 'owner=them'],
          ),
        ),
      );
    const before = await look();
    assert.equal(before.flatMap((found) => found?.items ?? []).length, strangers.length);
    await on.kube.apply(list(all.map(({ room }) => room)));
    for (const { theirs, room, says } of all) {
      const message = await on.says(room.metadata.name, room.metadata.namespace, says);
      const { kind, metadata } = theirs;
      // Of a namespace's objects the first is named.
      const isWhole = metadata.namespace === whole;
      const said = isWhole ? 'live-sfu exists and is not' : `${kind} ${at}/${metadata.name} exists and does not belong`;
      assert.match(message, new RegExp(said));
    }
    for (const namespace of [at, whole]) await on.kube.run(['delete', 'liverooms', '--all', '-n', namespace]);
    assert.deepEqual(await look(), before);
  });

  test('makes a token anew whose key was deleted, as soon as the room is marked, and shows it to the pod', async () => {
    await on.start();
    const at = await on.namespace('renewed');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    const tokens = async () => (await on.kube.get<Secret>('secret', 'keynote-tokens', '-n', at))?.data ?? {};
    const before = await tokens();
    const taken = JSON.stringify([{ op: 'remove', path: '/data/publish' }]);
    await on.kube.run(['patch', 'secret', 'keynote-tokens', '-n', at, '--type=json', '-p', taken]);
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, `${annotation.renewTokens}=today`]);
    await eventually('another token', async () => {
      const { publish } = await tokens();
      return publish !== undefined && publish !== before['publish'];
    });
    assert.equal((await tokens())['play'], before['play']);
    await eventually('the pod is told', async () => {
      const [now] = await on.pods(at);
      assert.equal(now?.metadata.uid, pod.metadata.uid);
      return now?.metadata.annotations?.[annotation.tokensVersion] !== undefined;
    });
  });

  test('makes a token anew whose key was deleted, without more, once the pod has lost it', async () => {
    await on.start();
    const at = await on.namespace('lost');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    const taken = JSON.stringify([{ op: 'remove', path: '/data/play' }]);
    await on.kube.run(['patch', 'secret', 'keynote-tokens', '-n', at, '--type=json', '-p', taken]);
    const room = { namespace: at, name: 'keynote', subscribers: 0, tokensMissing: ['play'] } as const;
    on.stats.set(pod.metadata.name, { version: '0.1.0', draining: false, rooms: [room] });
    const secret = await eventually('another token', async () => {
      const found = await on.kube.get<Secret>('secret', 'keynote-tokens', '-n', at);
      return found?.data?.['play'] !== undefined && found;
    });
    await eventually('the pod is told', async () => {
      const [now] = await on.pods(at);
      return now?.metadata.annotations?.[annotation.tokensVersion] === secret.metadata.resourceVersion;
    });
  });

  test('leaves the rooms of another id alone, and takes one over with its pod when it is given the id', async () => {
    const first = await on.start();
    const canary = await on.start({ config: { id: 'canary' } });
    const at = await on.namespace('shared');
    const marked = aRoom('trial', {}, at);
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    await on.kube.apply({ ...marked, metadata: { ...marked.metadata, labels: { [label.operator]: 'canary' } } });
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await on.says('trial', at, 'Ready=True/Ready');
    const about = ({ writes }: typeof first, kind: string) =>
      new Set(writes.filter((write) => write.includes(`/${at}/${kind}/`)).map((write) => write.split('/').at(-1)));
    assert.deepEqual([...about(first, 'configmaps')], ['keynote']);
    assert.deepEqual([...about(canary, 'configmaps')], ['trial']);
    // What the namespace has once is one's alone.
    assert.ok(about(first, 'services').has('live-sfu') && !about(canary, 'services').has('live-sfu'));

    await on.kube.run(['label', 'liveroom', 'keynote', '-n', at, `${label.operator}=canary`]);
    const limit = JSON.stringify({ spec: { play: { maxSubscribers: 7 } } });
    await on.kube.run(['patch', 'liveroom', 'keynote', '-n', at, '--type=merge', '-p', limit]);
    await eventually('the other writes the settings', () => about(canary, 'configmaps').has('keynote'));
    const kept = (await on.staying(at)).find(({ metadata }) => metadata.name === pod.metadata.name);
    assert.equal(kept?.metadata.uid, pod.metadata.uid);
  });

  test('looks after given namespaces by Roles in them, and says what it cannot see without a ClusterRole', async () => {
    const [at, other, home] = [await on.namespace('mine'), await on.namespace('theirs'), await on.namespace('home')];
    const grant = async (isClusterScoped: boolean) => {
      const values = { watchNamespaces: [at], 'rbac.clusterScoped': isClusterScoped };
      const given = Object.entries(values).flatMap(([path, value]) => [
        '--set-json',
        `${path}=${JSON.stringify(value)}`,
      ]);
      const shown = ['rbac', 'service-account'].flatMap((name) => ['--show-only', `templates/${name}.yaml`]);
      const args = ['template', 'live', 'charts/liveroom', '--namespace', home, ...given, ...shown];
      await on.kube.run(['apply', '-f', '-'], (await promisify(execFile)(helm, args)).stdout);
    };
    await (await monitoringKinds(on)).uninstall();
    await grant(false);
    const lines: string[] = [];
    await on.start({
      as: await on.account('liveroom-operator', home),
      config: { namespaces: [at] },
      log: (line) => lines.push(line),
      discoverEveryMs: 500,
    });
    await on.kube.apply(aRoom('foreign', {}, other));
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    assert.match(await on.says('keynote', at, 'OriginReady=False/AddressUnknown'), /may not list and watch nodes/);
    await on.says('keynote', at, 'Accepted=True/Accepted');
    assert.equal((await on.room('foreign', other))?.status, undefined);
    await on.says('keynote', at, 'MonitoringReady=False/CRDsNotInstalled');
    await (await monitoringKinds(on)).install(...roomKinds);
    await on.says('keynote', at, 'MonitoringReady=Unknown/SelectionUnknown');
    assert.equal(lines.filter((line) => line.includes('kinds that come and go are noticed later')).length, 1);
    await grant(true);
    await eventually('it sees the node', () => on.says('keynote', at, 'Ready=True/Ready'), 60_000);
    await on.kube.run(['delete', 'clusterrole,clusterrolebinding', 'liveroom-operator']);
  });
});
