import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { label } from '#crds/contract.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type MonitoringKinds, monitoringGroup, monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** ServiceMonitors and PrometheusRules on a real API server. */

describe('the operator, beside the Prometheus Operator,', () => {
  let on: OperatedCluster;
  let kinds: MonitoringKinds;

  before(async () => {
    on = await operatedCluster();
    kinds = await monitoringKinds(on);
  });
  afterEach(async () => {
    await on.tidy();
    await kinds.uninstall();
  });
  after(() => on?.stop());

  /** The same reason stands while the room's objects are being made. */
  const areMade = (at: string) =>
    eventually('they are there, and nobody would read them', async () =>
      /no Prometheus object/.test(await on.says('keynote', at, 'MonitoringReady=Unknown/SelectionUnknown')),
    );

  test('makes its objects when their kinds come, takes it for nobody’s wish when they go, and does not ask for them', async () => {
    // Were it to look for them all the same, then this often.
    const { metrics } = await on.start({ discoverEveryMs: 500 });
    const at = await on.namespace('kinds');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.says('keynote', at, 'MonitoringReady=False/CRDsNotInstalled');
    for (let round = 0; round < 2; round++) {
      await kinds.install(...roomKinds);
      await areMade(at);
      const { status } = (await on.room('keynote', at)) ?? {};
      assert.deepEqual(status?.monitoring, { serviceMonitor: 'live-sfu', prometheusRule: 'live-sfu' });
      assert.equal((await kinds.monitor(at))?.metadata.labels?.['release'], 'kps');
      await on.kube.run(['delete', 'crd', ...roomKinds.map((kind) => `${kind}.${monitoringGroup}`)]);
      await on.says('keynote', at, 'MonitoringReady=False/CRDsNotInstalled');
    }
    assert.ok(!(await kinds.told(at, 'LiveRoom')).includes('Removed'));
    let [was, sinceMs] = [-1, performance.now()];
    await eventually('three seconds in which it reads nothing', async () => {
      const now = readsIn(await metrics());
      if (now !== was) [was, sinceMs] = [now, performance.now()];
      return performance.now() - sinceMs > 3_000;
    });
    assert.ok(was > 0);
  });

  test('leaves away what somebody took away, until it is wanted otherwise or the operator starts anew', async () => {
    await kinds.install(...roomKinds);
    const { writes, stop } = await on.start();
    const at = await on.namespace('removed');
    await on.kube.apply(aRoom('keynote', {}, at));
    await areMade(at);
    const begin = writes.length;
    await on.kube.run(['delete', 'servicemonitor', 'live-sfu', '-n', at]);
    assert.match(
      await on.says('keynote', at, 'MonitoringReady=False/Removed'),
      /Somebody deleted ServiceMonitor removed\/live-sfu.*serviceMonitor to Disabled and back to Auto/,
    );
    await eventually('an Event', async () => (await kinds.told(at, 'LiveRoom')).includes('Removed'));
    // Whatever else happens in the namespace does not bring it back.
    await on.kube.apply(aRoom('lobby', {}, at));
    await on.says('lobby', at, 'MonitoringReady=False/Removed');
    await on.kube.run(['delete', 'liveroom', 'lobby', '-n', at]);
    assert.deepEqual(
      writes.slice(begin).filter((write) => write.includes('servicemonitors')),
      [],
    );
    assert.ok(await kinds.rule(at));

    await kinds.room(at, { serviceMonitor: 'Disabled' });
    await on.says('keynote', at, 'MonitoringReady=Unknown/SelectionUnknown');
    await kinds.room(at, {});
    await eventually('it is back', () => kinds.monitor(at));
    await on.kube.run(['delete', 'servicemonitor', 'live-sfu', '-n', at]);
    await on.says('keynote', at, 'MonitoringReady=False/Removed');
    await stop();
    await on.start();
    await eventually('it is back', () => kinds.monitor(at));
  });

  test('gives a room objects of its own, and takes its pods out of the namespace’s', async () => {
    await kinds.install(...roomKinds);
    await on.start();
    const at = await on.namespace('own');
    await on.kube.apply(aRoom('lobby', {}, at));
    await kinds.room(at, { scope: 'Room', labels: { team: 'video' }, interval: '5s', scrapeTimeout: '4s' });
    const own = await eventually('a ServiceMonitor of its own', () => kinds.monitor(at, 'keynote'));
    assert.partialDeepStrictEqual(own.metadata.labels, { team: 'video', [label.room]: 'keynote' });
    assert.partialDeepStrictEqual(own.spec.endpoints, [{ interval: '5s', scrapeTimeout: '4s' }]);
    const dropped = async () => (await kinds.monitor(at))?.spec.endpoints[0]?.relabelings[0]?.regex;
    await eventually('the namespace’s leaves it out', async () => (await dropped()) === 'keynote');
    await eventually('its status names them', async () => {
      const { monitoring: names } = (await on.room('keynote', at))?.status ?? {};
      return names?.serviceMonitor === 'keynote' && names.prometheusRule === 'keynote';
    });
    await kinds.room(at, { serviceMonitor: 'Disabled' });
    await eventually(
      'its own are gone',
      async () => !(await kinds.monitor(at, 'keynote')) && !(await kinds.rule(at, 'keynote')),
    );
    assert.equal(await dropped(), 'keynote');
    await kinds.room(at, { serviceMonitor: 'Disabled', prometheusRule: 'Disabled' });
    await on.says('keynote', at, 'MonitoringReady=False/Disabled');
    await on.kube.run(['delete', 'liveroom', 'lobby', '-n', at]);
    await eventually('nobody wants any', async () => !(await kinds.monitor(at)) && !(await kinds.rule(at)));
    assert.ok(await on.kube.get('service', 'live-sfu', '-n', at));
  });

  test('says what the API server has against a rule, and goes on when it has nothing any more', async () => {
    await kinds.install(...roomKinds);
    await on.start();
    const at = await on.namespace('denied');
    const admission = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'no-rules' } };
    const rules = [
      { apiGroups: [monitoringGroup], apiVersions: ['*'], operations: ['CREATE'], resources: ['prometheusrules'] },
    ];
    const validations = [{ expression: 'false', message: 'rules are not valid' }];
    await on.kube.apply({
      ...admission,
      kind: 'ValidatingAdmissionPolicy',
      spec: { matchConstraints: { resourceRules: rules }, validations },
    });
    await on.kube.apply({
      ...admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: 'no-rules', validationActions: ['Deny'] },
    });
    const probe = {
      apiVersion: `${monitoringGroup}/v1`,
      kind: 'PrometheusRule',
      metadata: { name: 'probe', namespace: at },
      spec: {},
    };
    const isDenied = async () =>
      (await on.kube.try(['create', '--dry-run=server', '-f', '-'], JSON.stringify(probe))).code !== 0;
    await eventually('the policy is in force', isDenied);
    await on.kube.apply(aRoom('keynote', {}, at));
    assert.match(await on.says('keynote', at, 'MonitoringReady=False/RuleRejected'), /rules are not valid/);
    assert.ok(await kinds.monitor(at), 'the other object is there');
    await on.kube.run(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'no-rules']);
    await eventually('the policy is gone', async () => !(await isDenied()));
    await on.kube.run(['annotate', 'servicemonitor', 'live-sfu', '-n', at, 'somebody=else']);
    await on.says('keynote', at, 'MonitoringReady=Unknown/SelectionUnknown');
  });

  test('says that the kinds are there in another version, and that they take less than they should', async () => {
    const definition = (version: string, properties: object) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `servicemonitors.${monitoringGroup}`,
        annotations: { 'api-approved.kubernetes.io': 'unapproved' },
      },
      spec: {
        group: monitoringGroup,
        scope: 'Namespaced',
        names: {
          kind: 'ServiceMonitor',
          plural: 'servicemonitors',
          singular: 'servicemonitor',
          listKind: 'ServiceMonitorList',
        },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
          },
        ],
      },
    });
    const { writes } = await on.start();
    const at = await on.namespace('versions');
    await on.kube.apply(definition('v2', {}));
    await on.kube.apply(aRoom('keynote', {}, at));
    await eventually('it names the version', async () =>
      /the cluster serves monitoring\.coreos\.com\/v2/.test(
        await on.says('keynote', at, 'MonitoringReady=False/CRDsNotInstalled'),
      ),
    );
    await on.kube.run(['delete', 'crd', `servicemonitors.${monitoringGroup}`]);
    await on.kube.apply(definition('v1', { podTargetLabels: { type: 'array', items: { type: 'string' } } }));
    await kinds.room(at, { prometheusRule: 'Disabled' });
    assert.match(await on.says('keynote', at, 'MonitoringReady=False/MonitorRejected'), /not declared in schema/);
    const tries = writes.filter((write) => write.includes('servicemonitors')).length;
    assert.ok(tries < 10, `${tries} tries`);
  });
});

/** Requests to the API server so far that were to change nothing. */
const readsIn = (metrics: string): number =>
  metrics
    .matchAll(/^rest_client_requests_total\{.*method="GET".*\} (\d+)$/gm)
    .reduce((sum, [, count]) => sum + Number(count), 0);
