import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type MonitoringKinds, monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** How host names lead to rooms, and what becomes of strangers' objects in the way. The tests are all controllers. */

const host = 'live.example.org';
const routeKind = 'httproutes.gateway.networking.k8s.io';

describe('the operator, at the endpoints of rooms,', () => {
  let on: OperatedCluster;
  let kinds: MonitoringKinds;
  let gatewayCRDs: string;
  before(async () => {
    const progress = terminalProgress(process.stderr);
    const got = await ensureBinaries({ want: ['gateway-api-crds'] as const, env: process.env, progress });
    gatewayCRDs = join(got['gateway-api-crds'], 'gateway.networking.k8s.io_httproutes.yaml');
    on = await operatedCluster();
    kinds = await monitoringKinds(on);
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  async function installRoutes(): Promise<void> {
    await on.kube.run(['apply', '--server-side', '-f', gatewayCRDs]);
    await on.kube.run(['wait', '--for=condition=Established', `crd/${routeKind}`, '--timeout=20s']);
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
    await Promise.all([installRoutes(), kinds.install(...roomKinds)]);
    await on.start();
    const ruleGroups = [{ name: 'theirs', rules: [{ record: 'theirs', expr: '1' }] }];
    const backend = { service: { name: 'theirs', port: { number: 80 } } };
    const ports = [{ port: 5432 }];
    const own = { monitoring: { scope: 'Room' } };
    type Case = readonly [apiVersion: string, kind: string, name: string, rest: object, spec: object, says: string];
    const accepted = 'Accepted=False/NameConflict';
    const led = 'EndpointReady=False/NameConflict';
    const monitored = 'MonitoringReady=False/NameConflict';
    const monitoring = 'monitoring.coreos.com/v1';
    const cases: readonly Case[] = [
      ['v1', 'ConfigMap', 'keynote', { data: { theirs: 'yes' } }, {}, accepted],
      ['v1', 'Secret', 'keynote-tokens', { stringData: { publish: 'theirs' } }, {}, accepted],
      ['v1', 'Service', 'keynote', { spec: { ports } }, {}, accepted],
      [
        'networking.k8s.io/v1',
        'Ingress',
        'keynote',
        { spec: { defaultBackend: backend } },
        { network: { http: { host } } },
        led,
      ],
      [
        'gateway.networking.k8s.io/v1',
        'HTTPRoute',
        'keynote',
        { spec: { hostnames: ['theirs.example.org'] } },
        { network: { http: { host, gatewayRef: { name: 'public' } } } },
        led,
      ],
      [monitoring, 'ServiceMonitor', 'keynote', { spec: { selector: {}, endpoints: [] } }, own, monitored],
      [monitoring, 'PrometheusRule', 'keynote', { spec: { groups: ruleGroups } }, own, monitored],
      ['v1', 'Service', 'live-sfu', { spec: { ports } }, {}, monitored],
      [monitoring, 'ServiceMonitor', 'live-sfu', { spec: { selector: {}, endpoints: [] } }, {}, monitored],
      [monitoring, 'PrometheusRule', 'live-sfu', { spec: { groups: ruleGroups } }, {}, monitored],
    ];
    const tried = cases.map(async ([apiVersion, kind, name, rest, spec, says], i) => {
      const at = await on.namespace(`stranger-${i}`);
      await on.kube.apply({ apiVersion, kind, metadata: { name, namespace: at, labels: { owner: 'them' } }, ...rest });
      const type = apiVersion.includes('/') ? `${kind}.${apiVersion.split('/')[0]}` : kind;
      const theirs = () => on.kube.get<KubeObject>(type, name, '-n', at);
      const before = await theirs();
      await on.kube.apply(aRoom('keynote', spec, at));
      const message = await on.says('keynote', at, says);
      assert.match(message, new RegExp(`${kind} ${at}/${name} exists and does not belong`));
      await on.kube.run(['delete', 'liveroom', 'keynote', '-n', at, '--wait=true']);
      await eventually('nothing else of the room is left', async () => {
        await on.kube.run(['delete', 'pods', '--all', '-n', at, '--force', '--grace-period=0']);
        const left = await on.kube.run(['get', 'pods,services,configmaps,secrets', '-n', at, '-o', 'name']);
        return left.split('\n').filter((line) => line && !/kube-root-ca|\/live-sfu$/.test(line)).length <= 1;
      });
      assert.deepEqual(await theirs(), before, `${kind} ${name}`);
    });
    await Promise.all(tried);
  });
});
