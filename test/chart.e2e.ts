import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { version } from '#crds/contract.ts';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import { configFrom } from '#operator/config-file.ts';

/** The chart with other values than its own; with those it is install.yaml, on which the other tests run. */

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly { readonly resources: readonly string[]; readonly resourceNames?: readonly string[] }[];
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly imagePullSecrets?: unknown;
  readonly nodeSelector?: unknown;
  readonly tolerations?: unknown;
  readonly containers: readonly { readonly image: string; readonly env: readonly unknown[] }[];
}

describe('the chart', () => {
  let helm: string;

  before(async () => {
    const want = ['helm'] as const;
    ({ helm } = await ensureBinaries({ want, env: process.env, progress: terminalProgress(process.stderr) }));
  });

  /** What helm says of it with these values, given as JSON by their paths. */
  async function said(command: readonly string[], values: Readonly<Record<string, unknown>>): Promise<string> {
    const given = Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
    const { stdout } = await promisify(execFile)(helm, [...command, 'live', 'charts/liveroom', ...given]);
    return stdout;
  }
  async function rendered(values: Readonly<Record<string, unknown>>): Promise<readonly Manifest[]> {
    // One that was left out leaves its comment.
    return parseAllDocuments(await said(['template'], values)).flatMap((document) => document.toJS() ?? []);
  }
  const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.find((manifest) => manifest.kind === kind);

  test('writes a configuration that the operator understands', async () => {
    const monitoring = { labels: { release: 'kps' }, interval: '30s', scrapeAnnotations: 'Enabled' };
    const hostPorts = { from: 20_000, to: 20_999 };
    const publicURL = 'https://live.example.com';
    const image = { repository: 'registry.example.com:5000/sfu', tag: '1.2.3' };
    const tracing = { endpoint: 'http://otel-collector.monitoring.svc:4318', protocol: 'http', samplingRatio: '0.1' };
    const podEnv = { LOG_LEVEL: 'warn', METRICS_PREFIX: 'video_' };
    const rollouts = { maxConcurrent: 20 };
    const networkPolicy = { mode: 'Disabled', internalFrom: [{ ipBlock: { cidr: '10.0.0.5/32' } }] };
    const values = {
      publicURL,
      hostPorts,
      rollouts,
      networkPolicy,
      monitoring,
      tracing,
      'sfu.image': image,
      'sfu.env': podEnv,
    };
    const manifests = await rendered(values);
    const text = ofKind(manifests, 'ConfigMap')?.data?.['config.yaml'] ?? '';
    const images = { sfu: 'registry.example.com:5000/sfu:1.2.3' };
    assert.partialDeepStrictEqual(configFrom(text), {
      publicURL,
      hostPorts,
      rollouts,
      networkPolicy,
      monitoring,
      tracing,
      images,
      podEnv,
    });
  });

  test('places the operator where its values say', async () => {
    const place = { nodeSelector: { pool: 'system' }, tolerations: [{ key: 'system', operator: 'Exists' }] };
    const imagePullSecrets = [{ name: 'registry' }];
    const manifests = await rendered({
      imagePullSecrets,
      operator: { ...place, image: { repository: 'registry.example.com/operator' }, logLevel: 'debug' },
    });
    const pod = ofKind(manifests, 'Deployment')?.spec?.template?.spec;
    assert.ok(pod);
    const { containers, ...rest } = pod;
    assert.partialDeepStrictEqual(rest, { ...place, imagePullSecrets });
    assert.equal(containers[0]?.image, `registry.example.com/operator:${version}`);
    assert.partialDeepStrictEqual(containers[0]?.env, [{ name: 'LOG_LEVEL', value: 'debug' }]);
  });

  test('keeps one of several replicas while nodes are drained', async () => {
    const budget = async (replicas: number) =>
      ofKind(await rendered({ 'operator.replicas': replicas }), 'PodDisruptionBudget');
    const selector = { matchLabels: { 'app.kubernetes.io/name': 'liveroom-operator' } };
    assert.partialDeepStrictEqual(await budget(2), { spec: { minAvailable: 1, selector } });
    // One alone would never be let go.
    assert.equal(await budget(1), undefined);
  });

  test('gives the operator further environment, such as where its own traces go', async () => {
    const variable = { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://otel-collector.monitoring.svc:4317' };
    const deployment = ofKind(await rendered({ 'operator.env': [variable] }), 'Deployment');
    const given = deployment?.spec?.template?.spec.containers[0]?.env ?? [];
    assert.deepEqual(given.at(-1), variable);
  });

  test('keeps the CRD, and with it every room, when it is uninstalled, unless told otherwise', async () => {
    const policy = async (values: Readonly<Record<string, unknown>>) =>
      ofKind(await rendered(values), 'CustomResourceDefinition')?.metadata.annotations?.['helm.sh/resource-policy'];
    assert.equal(await policy({}), 'keep');
    assert.equal(await policy({ 'crds.keep': false }), undefined);
    assert.equal(ofKind(await rendered({ 'crds.enabled': false }), 'CustomResourceDefinition'), undefined);
  });

  test('tells the operator which rooms are its own, and what they get', async () => {
    const defaults = { network: { http: { host: 'live.example.com' } }, drain: { timeout: '5m' } };
    const manifests = await rendered({ id: 'canary', watchNamespaces: ['stage', 'events'], defaults });
    const text = ofKind(manifests, 'ConfigMap')?.data?.['config.yaml'] ?? '';
    assert.partialDeepStrictEqual(configFrom(text), { id: 'canary', namespaces: ['stage', 'events'], defaults });
  });

  test('proposes a first room that its operator looks after', async () => {
    const proposed = async (values: Readonly<Record<string, unknown>>) => {
      const notes = await said(['install', '--dry-run=client'], values);
      const [, kubectl, room] = /^ {2}(.*) create -f - <<EOF\n(.*)\n {2}EOF$/m.exec(notes) ?? [];
      for (const then of ['wait --for=condition=Ready liveroom/demo', 'get liveroom demo -o wide'])
        assert.ok(notes.includes(`\n  ${kubectl} ${then}\n`), notes);
      return [kubectl, JSON.parse(room ?? '').metadata];
    };
    assert.deepEqual(await proposed({}), ['kubectl', { name: 'demo' }]);
    const scope = { id: 'canary', watchNamespaces: ['stage', 'events'] };
    const labels = { 'liveroom.dev/operator': 'canary' };
    assert.deepEqual(await proposed(scope), ['kubectl -n stage', { name: 'demo', labels }]);
  });

  test('gives an operator of some namespaces a Role in each, and little of the cluster, or nothing', async () => {
    const places = (manifests: readonly Manifest[], kind: string) =>
      manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.namespace);
    const resources = (role: Manifest | undefined) => (role?.rules ?? []).flatMap((rule) => rule.resources);
    const named = (manifests: readonly Manifest[], name: string) =>
      manifests.filter(({ metadata }) => metadata.name === name);
    const scope = { id: 'canary', watchNamespaces: ['stage', 'events', 'stage'] };
    const some = named(await rendered(scope), 'liveroom-operator-canary');
    assert.deepEqual(places(some, 'Role'), ['default', 'events', 'stage']);
    assert.deepEqual(places(some, 'RoleBinding'), ['default', 'events', 'stage']);
    const cluster = ofKind(some, 'ClusterRole');
    assert.deepEqual(resources(cluster).slice(0, 3), ['namespaces', 'nodes', 'customresourcedefinitions']);
    assert.ok(!resources(cluster).includes('secrets'));
    assert.deepEqual(cluster?.rules?.[0]?.resourceNames, ['stage', 'events']);
    const bare = named(await rendered({ ...scope, 'rbac.clusterScoped': false }), 'liveroom-operator-canary');
    assert.deepEqual([...new Set(bare.map(({ kind }) => kind))].toSorted(), ['Role', 'RoleBinding']);
    const all = named(await rendered({}), 'liveroom-operator');
    assert.ok(resources(ofKind(all, 'ClusterRole')).includes('secrets'));
    assert.deepEqual(places(all, 'Role'), []);
  });

  const wrong: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, RegExp]>> = {
    'a misspelt value': [{ publicUrl: 'https://live.example.com' }, /publicUrl/],
    'a public URL with a path': [{ publicURL: 'https://example.com/live' }, /publicURL/],
    'a namespace that cannot be': [{ watchNamespaces: ['Stage'] }, /watchNamespaces/],
    'an id that no label can have': [{ id: 'my operator' }, /id/],
    'a port that is none': [{ hostPorts: { from: 7000, to: 70_000 } }, /hostPorts.to/],
    'host ports among the node ports': [{ hostPorts: { from: 29_000, to: 31_000 } }, /hostPorts/],
    'a setting of pods that is none': [{ 'sfu.env.POD_IP': '10.0.0.1' }, /POD_IP/],
    'a share of traces that is a number': [{ 'tracing.samplingRatio': 0.1 }, /samplingRatio/],
    'a level that the log does not have': [{ 'operator.logLevel': 'loud' }, /logLevel/],
  };
  for (const [what, [values, says]] of Object.entries(wrong))
    test(`refuses ${what}, and names it`, async () => {
      await assert.rejects(rendered(values), ({ stderr }: { stderr: string }) => says.test(stderr));
    });
});
