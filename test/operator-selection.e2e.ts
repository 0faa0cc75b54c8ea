import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { type MonitoringKinds, monitoringGroup, monitoringKinds, roomKinds } from '#test/harness/monitoring-kinds.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** Who reads the monitoring objects of rooms, by selectors and status as a real API server has them. */

describe('MonitoringReady', () => {
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

  const selectedBy = async (at: string) => (await on.room('keynote', at))?.status?.monitoring?.selectedBy;

  test('names the labels that are missing, and who selects the objects when they are there', async () => {
    await kinds.install(...roomKinds, 'prometheuses');
    await on.start();
    const at = await on.namespace('selected');
    const asked = { matchLabels: { team: 'video', stage: 'live' } };
    await kinds.prometheus(at, 'k8s', { serviceMonitorSelector: asked, ruleSelector: asked });
    await on.kube.apply(aRoom('keynote', {}, at));
    const missing =
      /^Prometheus selected\/k8s does not select ServiceMonitor selected\/live-sfu: it asks for label stage=live, label team=video\. Put/;
    // The rule may be seen before the monitor.
    await eventually('the monitor is told of', async () =>
      missing.test(await on.says('keynote', at, 'MonitoringReady=False/NotSelected')),
    );
    for (const kind of roomKinds) await on.kube.run(['label', kind, 'live-sfu', '-n', at, 'team=video', 'stage=live']);
    await on.says('keynote', at, 'MonitoringReady=True/MonitoringReady');
    assert.deepEqual(await selectedBy(at), ['selected/k8s']);
    await on.kube.run(['label', 'servicemonitor', 'live-sfu', '-n', at, 'team-', 'stage-']);
    await on.says('keynote', at, 'MonitoringReady=False/NotSelected');
    assert.deepEqual(await selectedBy(at), ['selected/k8s'], 'it still selects the rule');
  });

  test('names the label that the namespace lacks, and sees it come', async () => {
    await kinds.install(...roomKinds, 'prometheuses');
    await on.start();
    const at = await on.namespace('unlabelled');
    await kinds.prometheus(at, 'k8s', { serviceMonitorNamespaceSelector: { matchLabels: { team: 'video' } } });
    await on.kube.apply(aRoom('keynote', {}, at));
    const said = await on.says('keynote', at, 'MonitoringReady=False/NamespaceNotSelected');
    const command = /Run: kubectl (.*)$/.exec(said)?.[1];
    assert.equal(command, 'label namespace unlabelled team=video');
    await on.kube.run(command.split(' '));
    await on.says('keynote', at, 'MonitoringReady=True/MonitoringReady');
  });

  test('adds the one label that the only Prometheus asks for, tells it once, and keeps it', async () => {
    await kinds.install(...roomKinds, 'prometheuses');
    const first = await on.start({ monitoringLabels: {} });
    const at = await on.namespace('adopted');
    const asked = { matchLabels: { release: 'stack' } };
    await kinds.prometheus(at, 'k8s', { serviceMonitorSelector: asked, ruleSelector: asked });
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.says('keynote', at, 'MonitoringReady=True/MonitoringReady');
    await kinds.prometheus(at, 'second', { serviceMonitorSelector: { matchLabels: { a: 'b', c: 'd' } } });
    await first.stop();
    await on.start({ monitoringLabels: {} });
    await on.kube.run(['delete', 'prometheus', 'k8s', '-n', at]);
    // Nobody asks for the label any more, so it goes; the two operators have said all that they had to say by then.
    await eventually(
      'the label goes',
      async () => (await kinds.monitor(at))?.metadata.labels?.['release'] === undefined,
    );
    await on.says('keynote', at, 'MonitoringReady=False/NotSelected');
    for (const kind of ['ServiceMonitor', 'PrometheusRule'])
      assert.deepEqual(
        (await kinds.told(at, kind)).filter((reason) => reason === 'LabelAdded'),
        ['LabelAdded'],
        kind,
      );
  });

  test('repeats what the Prometheus Operator says of an object that it does not take', async () => {
    await kinds.install(...roomKinds, 'prometheuses');
    await on.start();
    const at = await on.namespace('bound');
    await kinds.prometheus(at, 'k8s');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.says('keynote', at, 'MonitoringReady=True/MonitoringReady');
    const lastTransitionTime = new Date().toISOString();
    const bind = (kind: string, condition: object) => {
      const conditions = [{ type: 'Accepted', observedGeneration: 1, lastTransitionTime, ...condition }];
      const bindings = [{ group: monitoringGroup, resource: 'prometheuses', name: 'k8s', namespace: at, conditions }];
      const patch = JSON.stringify({ status: { bindings } });
      return on.kube.run(['patch', kind, 'live-sfu', '-n', at, '--subresource=status', '--type=merge', '-p', patch]);
    };
    const reason = 'InvalidConfiguration';
    await bind('prometheusrule', { status: 'False', reason, message: 'invalid rule' });
    assert.match(
      await on.says('keynote', at, 'MonitoringReady=False/RuleRejected'),
      /does not take it: InvalidConfiguration: invalid rule\./,
    );
    await bind('servicemonitor', { status: 'False', reason, message: 'endpoint 0: bad' });
    await bind('prometheusrule', { status: 'True' });
    await on.says('keynote', at, 'MonitoringReady=False/MonitorRejected');
    await bind('servicemonitor', { status: 'True' });
    await on.says('keynote', at, 'MonitoringReady=True/MonitoringReady');
  });
});
