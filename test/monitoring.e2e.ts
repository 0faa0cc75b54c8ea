import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { internalPath, portName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';

/** The Prometheus Operator's kinds arrive after the room: its objects follow without anybody wiring anything. */

interface ServiceMonitor {
  readonly spec: {
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly endpoints: Endpoint[];
  };
}
interface Endpoint {
  readonly port: string;
  readonly path: string;
}
interface PrometheusRule {
  readonly spec: { readonly groups: readonly object[] };
}

describe('monitoring', () => {
  let product: Product;
  let promtool: string;
  let crds: string;

  before(async () => {
    const want = ['promtool', 'prometheus-operator-crds'] as const;
    const got = await ensureBinaries({ want, env: process.env, progress: terminalProgress(process.stderr) });
    promtool = got.promtool;
    crds = got['prometheus-operator-crds'];
    product = await startProduct();
    await product.kube.apply(aRoom('keynote'));
    await product.kube.run(['wait', '--for=condition=Ready', 'liveroom/keynote', '--timeout=30s']);
  });
  after(() => product?.stop());

  const monitoringReady = async () =>
    (await product.kube.get<LiveRoom>('liveroom', 'keynote'))?.status?.conditions?.find(
      ({ type }) => type === 'MonitoringReady',
    );

  test('without the kinds the room is Ready, and says what is not installed', async () => {
    const condition = await monitoringReady();
    assert.equal(condition?.status, 'False');
    assert.equal(condition?.reason, 'CRDsNotInstalled');
    assert.match(condition?.message ?? '', /Prometheus Operator/);
  });

  test('its objects appear when their kinds do', async () => {
    for (const kind of ['servicemonitors', 'prometheusrules'])
      await product.kube.run(['apply', '--server-side', '-f', join(crds, `monitoring.coreos.com_${kind}.yaml`)]);
    await eventually('a ServiceMonitor', () => product.kube.get('servicemonitor', 'live-sfu'), 45_000);
    await eventually('a PrometheusRule', () => product.kube.get('prometheusrule', 'live-sfu'), 45_000);
    await eventually('the room says so', async () => (await monitoringReady())?.reason === 'SelectionUnknown');
    // It may say so of the first before the other kind is there.
    const names = await eventually('the room names both', async () => {
      const { monitoring } = (await product.kube.get<LiveRoom>('liveroom', 'keynote'))?.status ?? {};
      return monitoring?.prometheusRule !== undefined && monitoring;
    });
    assert.deepEqual(names, { serviceMonitor: 'live-sfu', prometheusRule: 'live-sfu' });
  });

  test('the ServiceMonitor selects the Service whose endpoints are the metrics ports of the pods', async () => {
    const monitor = await product.kube.get<ServiceMonitor>('servicemonitor', 'live-sfu');
    assert.ok(monitor);
    const { selector, endpoints } = monitor.spec;
    assert.deepEqual([endpoints[0]?.port, endpoints[0]?.path], [portName.internal, internalPath.metrics]);
    const labels = Object.entries(selector.matchLabels).map(([name, value]) => `${name}=${value}`);
    const services = await product.kube.run(['get', 'services', '-l', labels.join(','), '-o', 'name']);
    assert.equal(services.trim(), 'service/live-sfu');
    const slices = await product.kube.get<{ items: { endpoints: { targetRef: { name: string } }[] }[] }>(
      ...['endpointslices', '-l', 'kubernetes.io/service-name=live-sfu'],
    );
    const pods = slices?.items.flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.targetRef.name)) ?? [];
    assert.equal(pods.length, 1);
    assert.match(pods[0] ?? '', /^keynote-origin-/);
  });

  test('promtool accepts the rules', async () => {
    const rule = await product.kube.get<PrometheusRule>('prometheusrule', 'live-sfu');
    assert.ok(rule);
    const dir = await mkdtemp(join(tmpdir(), 'rules-'));
    try {
      const file = join(dir, 'rules.yaml');
      await writeFile(file, stringify({ groups: rule.spec.groups }));
      const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', file]);
      assert.match(stdout, /SUCCESS: [1-9]\d* rules? found/);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test('it sees who selects them, with no more rights than the chart gives', async () => {
    const everything = { matchLabels: {} };
    await product.kube.run(['apply', '--server-side', '-f', join(crds, 'monitoring.coreos.com_prometheuses.yaml')]);
    const main = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Prometheus',
      metadata: { name: 'main', namespace: 'default' },
      spec: { serviceMonitorSelector: everything, ruleSelector: everything },
    };
    await eventually('the kind is served', async () => {
      const { code } = await product.kube.try(['apply', '-f', '-'], JSON.stringify(main));
      return code === 0;
    });
    await eventually('it is True', async () => (await monitoringReady())?.status === 'True', 45_000);
    const room = await product.kube.get<LiveRoom>('liveroom', 'keynote');
    assert.deepEqual(room?.status?.monitoring?.selectedBy, ['default/main']);
  });

  test('they go with the last room of the namespace', async () => {
    await product.kube.run(['delete', 'liveroom', 'keynote']);
    await eventually('no ServiceMonitor', async () => !(await product.kube.get('servicemonitor', 'live-sfu')));
    await eventually('no PrometheusRule', async () => !(await product.kube.get('prometheusrule', 'live-sfu')));
  });
});
