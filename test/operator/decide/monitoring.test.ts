import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type MonitoringSeen, monitoringReady, selectedBy } from '#operator/decide/monitoring.ts';
import { aMonitor, aPrometheus, asking, everything, release, seenMonitoring } from '../objects.ts';

const labelled = (labels: Readonly<Record<string, string>>) => [
  aMonitor('ServiceMonitor', labels),
  aMonitor('PrometheusRule', labels),
];
const bound = (status: string, more: { reason?: string; message?: string } = {}, resource = 'prometheuses') => [
  { resource, namespace: 'monitoring', name: 'k8s', conditions: [{ type: 'Accepted', status, ...more }] },
];
const invalid = { reason: 'InvalidConfiguration', message: 'endpoint 0: no such secret' };

const table: Readonly<Record<string, readonly [Partial<MonitoringSeen>, string, RegExp]>> = {
  'a room that wants none': [{ wanted: [] }, 'False/Disabled', /wants neither/],
  'a cluster without the Prometheus Operator': [
    { served: [], versions: [], objects: [] },
    'False/CRDsNotInstalled',
    /has no ServiceMonitor and PrometheusRule\. Install/,
  ],
  'kinds of another version': [
    { served: ['ServiceMonitor'], versions: ['monitoring.coreos.com/v2'], objects: [] },
    'False/CRDsNotInstalled',
    /no PrometheusRule in version v1 \(the cluster serves monitoring\.coreos\.com\/v2\)/,
  ],
  'an API server that has not said yet what it serves': [
    { served: [], versions: undefined, objects: [] },
    'Unknown/SelectionUnknown',
    /whether the cluster has the kinds ServiceMonitor and PrometheusRule is not known/i,
  ],
  'a missing kind that the room does not want': [
    {
      wanted: ['ServiceMonitor'],
      served: ['ServiceMonitor'],
      objects: [aMonitor('ServiceMonitor')],
      prometheuses: [aPrometheus(everything)],
    },
    'True/MonitoringReady',
    /^Prometheus monitoring\/k8s selects ServiceMonitor events\/live-sfu\.$/,
  ],
  'a stranger’s object of the name': [
    { problems: [{ reason: 'NameConflict', message: 'Service events/live-sfu exists.' }] },
    'False/NameConflict',
    /live-sfu exists/,
  ],
  'objects that are not there yet': [
    { objects: [aMonitor('ServiceMonitor')] },
    'Unknown/SelectionUnknown',
    /being made/,
  ],
  'a Prometheus that selects everything everywhere': [
    { prometheuses: [aPrometheus(everything)] },
    'True/MonitoringReady',
    /selects ServiceMonitor events\/live-sfu; Prometheus monitoring\/k8s selects PrometheusRule events\/live-sfu\.$/,
  ],
  'two of them': [
    { prometheuses: [aPrometheus(everything), aPrometheus(everything, { name: 'b' })] },
    'True/MonitoringReady',
    /^Prometheus monitoring\/k8s and Prometheus monitoring\/b select ServiceMonitor/,
  ],
  'a label that is missing': [
    { prometheuses: [aPrometheus(asking)] },
    'False/NotSelected',
    /asks for label release=kps\. Put release=kps into monitoring\.labels of the operator's configuration\.$/,
  ],
  'a label that is missing on an object of the room’s own': [
    { prometheuses: [aPrometheus(asking)], labelsField: 'spec.monitoring.labels' },
    'False/NotSelected',
    /Put release=kps into spec\.monitoring\.labels\.$/,
  ],
  'a label that is there': [
    { prometheuses: [aPrometheus(asking)], objects: labelled({ release: 'kps' }) },
    'True/MonitoringReady',
    /selects/,
  ],
  'a label that the rule alone lacks': [
    { prometheuses: [aPrometheus({ ...everything, ruleSelector: release })] },
    'False/NotSelected',
    /does not select PrometheusRule events\/live-sfu: it asks for label release=kps/,
  ],
  'a label that both lack, whichever was seen first': [
    { prometheuses: [aPrometheus(asking)], objects: labelled({}).toReversed() },
    'False/NotSelected',
    /does not select ServiceMonitor events\/live-sfu/,
  ],
  'a namespace without the label': [
    {
      prometheuses: [
        aPrometheus({ ...everything, serviceMonitorNamespaceSelector: { matchLabels: { team: 'video' } } }),
      ],
    },
    'False/NamespaceNotSelected',
    /asks for label team=video on namespace events\. Run: kubectl label namespace events team=video$/,
  ],
  'a namespace with the label': [
    {
      prometheuses: [
        aPrometheus({ ...everything, serviceMonitorNamespaceSelector: { matchLabels: { team: 'video' } } }),
      ],
      namespaceLabels: { team: 'video' },
    },
    'True/MonitoringReady',
    /selects/,
  ],
  'both labels missing': [
    { prometheuses: [aPrometheus({ ...asking, serviceMonitorNamespaceSelector: { matchLabels: { team: 'video' } } })] },
    'False/NotSelected',
    /label release=kps, and it asks for label team=video on namespace events\. Put release=kps .* Run: kubectl label namespace/,
  ],
  'a Prometheus that reads its own namespace only': [
    { prometheuses: [aPrometheus({ serviceMonitorSelector: {}, ruleSelector: {} })] },
    'False/NamespaceNotSelected',
    /without a serviceMonitorNamespaceSelector it reads its own namespace only/,
  ],
  'a Prometheus in the room’s namespace': [
    { prometheuses: [aPrometheus({ serviceMonitorSelector: {}, ruleSelector: {} }, { namespace: 'events' })] },
    'True/MonitoringReady',
    /events\/k8s selects/,
  ],
  'a Prometheus without selectors': [
    { prometheuses: [aPrometheus({}, { namespace: 'events' })] },
    'False/NotSelected',
    /without a serviceMonitorSelector it selects none/,
  ],
  'the nearest of several is told of': [
    {
      prometheuses: [
        aPrometheus({}, { name: 'a' }),
        aPrometheus({ ...asking, serviceMonitorSelector: { matchLabels: { a: '1', b: '2' } } }, { name: 'b' }),
        aPrometheus(asking, { name: 'c' }),
      ],
    },
    'False/NotSelected',
    /^Prometheus monitoring\/c does not .*label release=kps\. Nor does any of 2 more\. Put/,
  ],
  'an agent scrapes and a ruler evaluates': [
    {
      prometheuses: [
        aPrometheus(everything, { kind: 'PrometheusAgent', name: 'agent' }),
        aPrometheus(everything, { kind: 'ThanosRuler', name: 'ruler' }),
      ],
    },
    'True/MonitoringReady',
    /^PrometheusAgent monitoring\/agent selects ServiceMonitor .*; ThanosRuler monitoring\/ruler selects PrometheusRule/,
  ],
  'an agent alone, and nobody who evaluates rules': [
    { prometheuses: [aPrometheus(everything, { kind: 'PrometheusAgent' })] },
    'Unknown/SelectionUnknown',
    /reads PrometheusRule events\/live-sfu is not known/,
  ],
  'no Prometheus at all': [{}, 'Unknown/SelectionUnknown', /the cluster has no Prometheus object that would/],
  'nothing that may be read': [
    { prometheuses: undefined },
    'Unknown/SelectionUnknown',
    /cannot read the Prometheus objects/,
  ],
  'nothing that may be read, and bindings that say it': [
    {
      prometheuses: undefined,
      objects: [
        aMonitor('ServiceMonitor', {}, bound('True')),
        aMonitor('PrometheusRule', {}, bound('True', {}, 'thanosrulers')),
      ],
    },
    'True/MonitoringReady',
    /^Prometheus monitoring\/k8s selects ServiceMonitor .*; ThanosRuler monitoring\/k8s selects PrometheusRule/,
  ],
  'a monitor that the Prometheus Operator refuses': [
    {
      prometheuses: [aPrometheus(everything)],
      objects: [aMonitor('ServiceMonitor', {}, bound('False', invalid)), aMonitor('PrometheusRule', {}, bound('True'))],
    },
    'False/MonitorRejected',
    /selects ServiceMonitor events\/live-sfu and does not take it: InvalidConfiguration: endpoint 0: no such secret\.$/,
  ],
  'a rule that the Prometheus Operator refuses': [
    {
      prometheuses: [aPrometheus(everything)],
      objects: [
        aMonitor('ServiceMonitor'),
        aMonitor('PrometheusRule', {}, bound('False', { reason: 'InvalidConfiguration' })),
      ],
    },
    'False/RuleRejected',
    /does not take it: InvalidConfiguration\.$/,
  ],
  'a monitor that one refuses and another takes': [
    {
      prometheuses: [aPrometheus(everything), aPrometheus(everything, { name: 'b' })],
      objects: [aMonitor('ServiceMonitor', {}, bound('False', invalid)), aMonitor('PrometheusRule')],
    },
    'True/MonitoringReady',
    /^Prometheus monitoring\/b selects ServiceMonitor/,
  ],
  'a binding that outlived its selector': [
    {
      prometheuses: [aPrometheus(asking)],
      objects: [aMonitor('ServiceMonitor', {}, bound('True')), aMonitor('PrometheusRule')],
    },
    'False/NotSelected',
    /release=kps/,
  ],
};

describe('MonitoringReady', () => {
  for (const [name, [traits, verdict, message]] of Object.entries(table))
    test(`${name}: ${verdict}`, () => {
      const said = monitoringReady(seenMonitoring(traits), new Map());
      assert.equal(`${said.status}/${said.reason}`, verdict);
      assert.match(said.message, message);
    });

  test('everybody who reads one of the objects is listed once', () => {
    const prometheuses = [
      aPrometheus(everything, { name: 'b' }),
      aPrometheus(everything, { name: 'a', kind: 'ThanosRuler' }),
      aPrometheus(asking, { name: 'c' }),
    ];
    assert.deepEqual(selectedBy(seenMonitoring({ prometheuses })), ['monitoring/a', 'monitoring/b']);
  });
});
